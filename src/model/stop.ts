import {type ExitName, exitForSignal, type StopSignal} from './exit-code.ts'

interface StopWords {
  /** The end of a sentence about a target. */
  readonly phrase: string
  /** The beginning of a verdict. */
  readonly verdict: string
}

/** Why a run stops before its end, and how that is said. */
export const stopReasons = {
  SIGHUP: {phrase: 'the terminal hung up', verdict: 'Hung up (SIGHUP)'},
  SIGINT: {phrase: 'interrupted', verdict: 'Interrupted (SIGINT)'},
  SIGTERM: {phrase: 'terminated', verdict: 'Terminated (SIGTERM)'},
  deadline: {phrase: 'the deadline passed', verdict: 'Stopped early at the deadline'},
  'max-failures': {
    phrase: 'too many targets had failed',
    verdict: 'Stopped early after too many failures (--max-failures)',
  },
  ledger: {
    phrase: 'the ledger could not be written',
    verdict: 'Stopped early because the ledger could not be written',
  },
  'lock-lost': {
    phrase: 'another run has taken the lock',
    verdict: 'Stopped early because another run has taken the lock',
  },
  gate: {phrase: 'declined between two waves', verdict: 'Declined between waves'},
} as const satisfies Record<StopSignal, StopWords> & Readonly<Record<string, StopWords>>

export type StopReason = keyof typeof stopReasons

/** The exit that a signal leads to; undefined for every other reason. */
export function exitOfSignal(reason: StopReason | undefined): ExitName | undefined {
  return reason !== undefined && isSignal(reason) ? exitForSignal[reason] : undefined
}

const isSignal = (reason: StopReason): reason is StopSignal => reason in exitForSignal

/** Stops a run in order: nothing new starts and waits end; writes in flight still finish. The first reason is kept. */
export interface StopSwitch {
  readonly signal: AbortSignal
  readonly reason: StopReason | undefined
  stop(reason: StopReason): void
}

export function createStopSwitch(): StopSwitch {
  const controller = new AbortController()
  let first: StopReason | undefined
  return {
    signal: controller.signal,
    get reason() {
      return first
    },
    stop(reason) {
      first ??= reason
      controller.abort()
    },
  }
}

/** Why the run stopped, as the end of a sentence about a target; undefined: it was aborted at once. */
export function stopPhrase(reason: StopReason | undefined): string {
  return reason === undefined ? 'the run was aborted' : stopReasons[reason].phrase
}
