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
  /**
   * Asks the server; rejects with a failure that may heal where it is not ready, or where nothing says that it is. That failure
   * proves that the request was not carried out where the denial did.
   */
  settle(denial: Denial, signal: AbortSignal): Promise<void>
  /** The server has done something for us. */
  served(): void
}

export type Readiness = 'ready' | 'not-ready' | 'untold'

export interface DenialDoubtsDeps {
  readonly party: Party
  readonly connection: Pick<Connection, 'generation'>
  readonly clock: Pick<Clock, 'now'>
  /** What the server answers when it is asked whether it is ready: yes, no, or nothing that would be either. */
  readiness(signal: AbortSignal): Promise<Readiness>
}

/** For so long nothing is believed of a server that does not tell whether it is ready: it may not know yet who may ask. */
const graceMs = 30_000

/** The first connection is not doubted: a server that was started again has cut one before. */
export function createDenialDoubts({party, connection, clock, readiness}: DenialDoubtsDeps): DenialDoubts {
  let believedUpTo = 1
  let doubtedSince: number | undefined
  return {
    watchOver() {
      // Not what is believed when the answer has come: another request may have found the server ready in between.
      const believed = believedUpTo
      return (error): error is Denial => isDenial(error) && connection.generation() > believed
    },
    async settle({refused}, signal) {
      const generation = connection.generation()
      doubtedSince ??= clock.now()
      const said = await readiness(signal)
      // Whether somebody may ask is itself a question of roles, so that a denial proves nothing; nor does a gateway's page.
      const isYoung = said === 'untold' && clock.now() - doubtedSince < graceMs
      if (said === 'not-ready' || isYoung) throw notReady(party, refused)
      believedUpTo = Math.max(believedUpTo, generation)
    },
    served() {
      doubtedSince = undefined
    },
  }
}

function notReady({context, server}: Party, refused: boolean): HubspokeError {
  const message = `The server of context ${quoted(context)} at ${printable(server)} has just started and is not ready.`
  return new HubspokeError('server-error', message, {suggestions: reach(shellWord(context)), refused})
}
