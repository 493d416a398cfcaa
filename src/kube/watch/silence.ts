import type {Clock} from '../../shared/clock.ts'

/** Calls `onSilence` once when `heard` was not called for `ms`; ends with the signal. */
export function watchForSilence(
  {clock, ms, signal}: {readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal},
  onSilence: () => void,
): {heard(): void} {
  let last = clock.now()
  const listen = async (): Promise<void> => {
    while (!signal.aborted) {
      const rest = last + ms - clock.now()
      if (rest <= 0) return onSilence()
      await clock.sleep(rest, signal)
    }
  }
  void listen()
  return {
    heard() {
      last = clock.now()
    },
  }
}
