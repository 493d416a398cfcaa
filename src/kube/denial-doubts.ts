import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {printable} from '../shared/printable.ts'
import {shellWord} from '../shared/shell-word.ts'
import type {Connection} from './connection/connection.ts'
import {type Party, quoted, reach} from './errors.ts'

export type Denial = HubspokeError & {readonly failureClass: 'forbidden' | 'unauthenticated'}

function isDenial(error: unknown): error is Denial {
  if (!(error instanceof HubspokeError)) return false
  return error.failureClass === 'forbidden' || error.failureClass === 'unauthenticated'
}

export interface DenialDoubts {
  /**
   * To be called before a request is sent. Its result says of the failure of that request whether it may be no more than the
   * denial of a server which has been started again, and denies everybody everything until it has read roles and accounts.
   */
  watchOver(): (error: unknown) => error is Denial
  /** Asks the server; rejects with a failure that may heal where it is not ready, or where nothing says that it is. */
  settle(signal: AbortSignal): Promise<void>
  /** The server has done something for us. */
  served(): void
}

export interface DenialDoubtsDeps {
  readonly party: Party
  readonly connection: Pick<Connection, 'cost'>
  readonly clock: Pick<Clock, 'now'>
  /** The status of what the server answers when it is asked whether it is ready. */
  readyStatus(signal: AbortSignal): Promise<number>
}

/** For so long nothing is believed of a server that does not tell whether it is ready: it may not know yet who may ask. */
const graceMs = 30_000

/** The first connection is not doubted: a server that was started again has cut one before. */
export function createDenialDoubts({party, connection, clock, readyStatus}: DenialDoubtsDeps): DenialDoubts {
  let believedUpTo = 1
  let doubtedSince: number | undefined
  return {
    watchOver() {
      // Not what is believed when the answer has come: another request may have found the server ready in between.
      const believed = believedUpTo
      return (error): error is Denial => isDenial(error) && connection.cost().connections > believed
    },
    async settle(signal) {
      const {connections} = connection.cost()
      doubtedSince ??= clock.now()
      const status = await readyStatus(signal)
      // Whether somebody may ask is itself a question of roles, so that this denial proves nothing.
      const isDenied = status === 403
      if (status >= 500 || (isDenied && clock.now() - doubtedSince < graceMs)) throw notReady(party)
      believedUpTo = Math.max(believedUpTo, connections)
    },
    served() {
      doubtedSince = undefined
    },
  }
}

function notReady({context, server}: Party): HubspokeError {
  const message = `The server of context ${quoted(context)} at ${printable(server)} has just started and is not ready.`
  return new HubspokeError('server-error', message, {suggestions: reach(shellWord(context)), refused: true})
}
