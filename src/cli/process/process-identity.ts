import {readFile} from 'node:fs/promises'
import {kill} from 'node:process'
import {codeOf, onFileError} from '../../shared/file-error.ts'

/**
 * What tells the process of a number from any other one that has had or will have it: on Linux the start of the machine and that of
 * the process in it. Elsewhere only that there is such a process. Undefined: there is none.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (!exists(pid)) return undefined
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(onFileError(''))
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(onFileError(''))
  // The name of the program is in parentheses, and may hold anything. The start is the 20th field after it.
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return start === undefined ? 'running' : `${boot.trim()} ${start}`
}

function exists(pid: number): boolean {
  try {
    kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
