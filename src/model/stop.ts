import type {StopSignal} from './exit-code.ts'

/** Why a run stopped before its end. */
export type StopReason = StopSignal | 'deadline' | 'max-failures' | 'ledger' | 'lock-lost' | 'gate'

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
