import {createSemaphore, type Semaphore} from '../../shared/semaphore.ts'
import type {ExecCredential, ExecSurroundings, ExecUser, runExecPlugin} from './exec-credential.ts'

import {ExecPluginError} from './exec-plugin-error.ts'

/** A user cannot use fifty browser windows at once, and a machine gains little from fifty processes. */
const processesAtOnce = 8

/** When this many have failed alone with the same message, the others with that message are not run again. */
const mostAlone = 3

/** Decides when a plugin runs: with others, alone, or with the terminal. Rejects with an ExecPluginError. */
export function createPluginTurns(
  surroundings: ExecSurroundings,
  run: typeof runExecPlugin,
): (user: ExecUser) => Promise<ExecCredential> {
  const together = createSemaphore(processesAtOnce)
  const oneByOne = createSemaphore(1)

  const failedAlone = new Map<string, number>()
  const atWork = new Set<{crowded: boolean}>()

  /** Whether another one ran at the same time: some share a cache or a port, and fail only because of that. */
  async function aside(
    user: ExecUser,
  ): Promise<ExecCredential | {readonly failed: ExecPluginError; readonly crowded: boolean}> {
    return together(async () => {
      const me = {crowded: atWork.size > 0}
      for (const other of atWork) other.crowded = true
      atWork.add(me)
      try {
        return await run(user.exec, user.cluster, surroundings)
      } catch (error) {
        if (!(error instanceof ExecPluginError)) throw error
        return {failed: error, crowded: me.crowded}
      } finally {
        atWork.delete(me)
      }
    })
  }

  const {withTerminal = (ask) => ask()} = surroundings
  const onTerminal = (user: ExecUser) => withTerminal(() => run(user.exec, user.cluster, surroundings, true))

  /**
   * Most plugins that may prompt need not: they run with the others first. One that failed then runs once more, alone, and with
   * the terminal where it may prompt; unless three have failed alone with the same message.
   */
  return async function fetch(user) {
    if (user.exec.interactive === 'Always' && surroundings.isTerminal) {
      return oneByOne(() => together(() => onTerminal(user)))
    }
    const end = await aside(user)
    if (!('failed' in end)) return end
    const {failed, crowded} = end
    if (!failed.mayAsk && !(crowded && failed.isRetried)) throw failed
    return oneByOne(() => whileNoneRuns(together, () => again(user, failed)))
  }

  async function again(user: ExecUser, failed: ExecPluginError): Promise<ExecCredential> {
    const words = JSON.stringify([user.exec.command, failed.why, failed.said])
    const times = failedAlone.get(words) ?? 0
    if (times >= mostAlone) throw failed
    try {
      return await (failed.mayAsk ? onTerminal(user) : run(user.exec, user.cluster, surroundings))
    } catch (error) {
      failedAlone.set(words, times + 1)
      // With the terminal, its messages were printed there.
      throw error instanceof ExecPluginError && error.said === '' && error.why === failed.why ? failed : error
    }
  }
}

/** While no other plugin runs, and none starts. */
async function whileNoneRuns<Result>(together: Semaphore, work: () => Promise<Result>): Promise<Result> {
  const [over, all] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let taken = 0
  for (let slot = 0; slot < processesAtOnce; slot++) {
    void together(async () => {
      if (++taken === processesAtOnce) all.resolve()
      await over.promise
    })
  }
  await all.promise
  try {
    return await work()
  } finally {
    over.resolve()
  }
}
