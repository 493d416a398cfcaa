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
   * To be called before a request is sent. The result decides whether a failure of that request may be a false denial: a
   * server that was restarted denies every request until it has loaded roles and accounts.
   */
  beforeRequest(): (error: unknown) => error is Denial
  /**
   * Asks the server whether it is ready; rejects with a transient failure where it is not, or may not be. That failure
   * proves that the request was not carried out, if the denial did.
   */
  settle(denial: Denial, signal: AbortSignal): Promise<void>
  /** The server has carried out a request. */
  served(): void
}

export type Readiness = 'ready' | 'not-ready' | 'unclear'

export interface DenialDoubtsDeps {
  readonly party: Party
  readonly connection: Pick<Connection, 'generation'>
  readonly clock: Pick<Clock, 'now'>
  /** The server's answer to whether it is ready: yes, no, or unclear. */
  readiness(signal: AbortSignal): Promise<Readiness>
}

/** How long denials of a server whose readiness is unclear are doubted: it may not have loaded who may ask. */
const graceMs = 30_000

/** Denials on the first connection are not doubted: a restart would have cut an earlier one. */
export function createDenialDoubts({party, connection, clock, readiness}: DenialDoubtsDeps): DenialDoubts {
  let believedUpTo = 1
  let doubtedSince: number | undefined
  return {
    beforeRequest() {
      // The value at the time of sending: another request may find the server ready in between.
      const believed = believedUpTo
      return (error): error is Denial => isDenial(error) && connection.generation() > believed
    },
    async settle({refused}, signal) {
      const generation = connection.generation()
      doubtedSince ??= clock.now()
      const said = await readiness(signal)
      // A denial of /readyz proves nothing, as it depends on roles, too; nor does a gateway's page.
      const isYoung = said === 'unclear' && clock.now() - doubtedSince < graceMs
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
