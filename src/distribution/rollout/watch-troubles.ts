import type {PodTrouble} from '../../kube/ports/workloads.ts'
import {HubspokeError, toFailure} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import type {Trouble} from '../spoke.ts'

/** A rollout that ends within this needs no explanation, and its pods are not asked for. */
const patienceMs = 2_000

const everyMs = 5_000

/** A container that crashes is up between two crashes: a look that finds nothing does not end the trouble at once. */
const keptMs = 60_000

export interface TroubleWatch {
  /** Why the pods are not ready, as far as it is known now; looks when it has not looked yet. Never rejects. */
  cause(): Promise<Cause>
}

export interface Cause {
  /** `ImagePullBackOff: Back-off pulling image "…" (pod web-1, container app)`; undefined: nothing to be seen. */
  readonly sentence: string | undefined
  readonly pod: string | undefined
  /** Why nothing is known, when the pods could not be looked at. */
  readonly unknown: string | undefined
}

export interface TroubleWatchOptions {
  look(signal: AbortSignal): Promise<readonly PodTrouble[]>
  /** Hears of the worst trouble when it is first seen and whenever it changes. */
  onTrouble(trouble: Trouble): void
  /** Hears of a crash when it is first seen and whenever it changes; the next look waits for it. */
  onCrash?(trouble: PodTrouble): Promise<void>
  /** Hears of a trouble that does not heal by itself, and may hear of it again. */
  onLasting?(): void
  readonly clock: Clock
  /** Ends the watch. */
  readonly signal: AbortSignal
}

/** Looks at the pods of a rollout that takes its time, from two seconds on and then every five. */
export function watchTroubles(options: TroubleWatchOptions): TroubleWatch {
  const {look, onTrouble, onCrash, onLasting, clock, signal} = options
  let latest: {readonly sentence: string; readonly pod: string; readonly seenAt: number} | undefined
  let unknown: string | undefined
  let looks = 0
  let forbidden = false

  const found = async (worst: PodTrouble | undefined) => {
    unknown = undefined
    if (worst === undefined) {
      if (latest !== undefined && clock.now() - latest.seenAt > keptMs) latest = undefined
      return
    }
    const sentence = troubleSentence(worst)
    const isNews = sentence !== latest?.sentence
    latest = {sentence, pod: worst.pod, seenAt: clock.now()}
    if (isNews) onTrouble({reason: worst.reason, sentence})
    if (isNews && worst.crashed) await onCrash?.(worst)
    if (worst.lasting) onLasting?.()
  }

  const lookOnce = async () => {
    try {
      const [worst] = await look(signal)
      await found(worst)
    } catch (error) {
      if (signal.aborted) return
      forbidden = error instanceof HubspokeError && error.failureClass === 'forbidden'
      unknown = `reason unknown: ${forbidden ? 'may not read pods' : toFailure(error).message}`
    }
    looks += 1
  }

  const keepLooking = async () => {
    await clock.sleep(patienceMs, signal)
    while (!signal.aborted && !forbidden) {
      await lookOnce()
      await clock.sleep(everyMs, signal)
    }
  }
  void keepLooking()

  return {
    async cause() {
      if (looks === 0) await lookOnce()
      return {sentence: latest?.sentence, pod: latest?.pod, unknown: latest === undefined ? unknown : undefined}
    },
  }
}

/** One trouble of a pod for people. */
export function troubleSentence({pod, container, reason, message}: PodTrouble): string {
  const where = container === undefined ? `pod ${pod}` : `pod ${pod}, container ${container}`
  return `${message === '' ? reason : `${reason}: ${message}`} (${where})`
}
