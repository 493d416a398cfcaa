import {spawn} from 'node:child_process'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/**
 * Waits until its stdin ends, which happens when the process that started it is gone in whatever way, `kill -9` included;
 * then ends every process whose program lies in the folder, until there is none for two looks, and removes the folder.
 * It looks at the processes and not at pid files: a process that is just starting a cluster has not written all of them.
 */
const guardScript = `
cat > /dev/null
quiet=0
while [ $quiet -lt 2 ]; do
  found=$(ps -Ao pid=,args= | while read -r pid program; do case "$program" in "$1"/*) echo "$pid" ;; esac; done)
  if [ -n "$found" ]; then quiet=0; kill -9 $found; else quiet=$((quiet + 1)); fi
  sleep 0.3
done
rm -rf "$1"
`

let folder: string | undefined

/** The one folder of this process that holds all its test clusters. Nothing in it outlives the process. */
export function runFolder(): string {
  if (folder) return folder
  folder = mkdtempSync(join(tmpdir(), 'hubspoke-clusters-'))
  const guard = spawn('sh', ['-c', guardScript, 'guard', folder], {detached: true, stdio: ['pipe', 'ignore', 'ignore']})
  guard.unref()
  const pipe: object | null = guard.stdin
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  return folder
}
