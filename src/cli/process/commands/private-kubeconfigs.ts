import {readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {onFileError} from '../../../shared/file-error.ts'
import {makeDirectories} from '../../../shared/make-directories.ts'

/** The kubeconfigs that one process hands to its commands: in a folder that only its user can read. */
export interface PrivateKubeconfigs {
  /** Writes one, and resolves with its path. Rejects with an error of the operating system. */
  write(text: string): Promise<string>
  remove(path: string): Promise<void>
  /** Removes the folder. Never rejects. */
  close(): Promise<void>
}

export interface KubeconfigsPlace {
  /** The folder with one folder for each run. */
  readonly runs: string
  readonly runId: string
  readonly host: string
  readonly pid: number
}

const prefix = 'kubeconfigs-'

/** The name says which process removes it: the same process id on another host is another process. */
const folderName = ({host, pid}: Pick<KubeconfigsPlace, 'host' | 'pid'>) =>
  `${prefix}${encodeURIComponent(host)}-${pid}`

export function privateKubeconfigs(place: KubeconfigsPlace): PrivateKubeconfigs {
  const folder = join(place.runs, place.runId, folderName(place))
  let count = 0
  return {
    async write(text) {
      await makeDirectories(folder, 0o700)
      count += 1
      const path = join(folder, `${count}.yaml`)
      await writeFile(path, text, {mode: 0o600, flag: 'wx'})
      return path
    },
    remove: (path) => rm(path, {force: true}),
    close: () => rm(folder, {recursive: true, force: true}).catch(onFileError(undefined)),
  }
}

/** Removes what processes of this host left that were killed before they could. Never rejects. */
export async function removeLeftovers({runs, host, pid, runId}: KubeconfigsPlace): Promise<void> {
  const own = join(runs, runId, folderName({host, pid}))
  for (const run of await foldersIn(runs)) {
    for (const name of await foldersIn(join(runs, run))) {
      const owner = Number(/-(\d+)$/.exec(name)?.[1])
      const path = join(runs, run, name)
      if (name !== folderName({host, pid: owner}) || path === own) continue
      if (owner === pid || !isAlive(owner)) await rm(path, {recursive: true, force: true}).catch(onFileError(undefined))
    }
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {withFileTypes: true}).catch(onFileError([]))
  return entries.filter((entry) => entry.isDirectory()).map(({name}) => name)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user exists, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
