import {linkSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

/**
 * Runs `work` while no other process runs its own under the same lock file. The lock of a process that has died is taken
 * over. Two that find such a lock at the same instant may both get it: then the same thing is built twice, which is slow
 * and does no harm, because what is built is put in place by a rename.
 */
export async function underLock<T>(
  lockFile: string,
  onWait: (holder: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  await takeLock(lockFile, onWait)
  try {
    return await work()
  } finally {
    if (readHolder(lockFile) === process.pid) rmSync(lockFile, {force: true})
  }
}

async function takeLock(lockFile: string, onWait: (holder: number) => void): Promise<void> {
  let waitedFor: number | undefined
  while (!createLock(lockFile)) {
    const holder = readHolder(lockFile)
    if (holder === undefined || !isRunning(holder)) {
      rmSync(lockFile, {force: true})
      continue
    }
    if (holder !== waitedFor) onWait(holder)
    waitedFor = holder
    await sleep(500)
  }
}

/** By a link, so that a visible lock always names its holder. */
function createLock(lockFile: string): boolean {
  const claim = `${lockFile}.${process.pid}`
  writeFileSync(claim, String(process.pid))
  try {
    linkSync(claim, lockFile)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(claim, {force: true})
  }
}

function readHolder(lockFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** Whether there is a process of that id, also when it belongs to another user. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
