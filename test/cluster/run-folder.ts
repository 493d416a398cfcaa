import {spawn} from 'node:child_process'
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/**
 * Waits until its stdin ends, which happens when the process that started it is gone in whatever way, `kill -9` included;
 * then ends the processes whose pid files lie in the folder, and removes it. A pid that has meanwhile become somebody
 * else's is left alone: the command line of ours names the folder.
 */
const guardScript = `
cat > /dev/null
for round in 1 2 3; do
  for file in $(find "$1" -name '*.pid' 2> /dev/null); do
    pid=$(cat "$file")
    ps -o args= -p "$pid" 2> /dev/null | grep -qF "$1" && kill -9 "$pid"
  done
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
