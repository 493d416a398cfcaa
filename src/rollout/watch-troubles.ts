import type {PodTrouble} from '../kube/ports/workloads.ts'
import {HubspokeError, toFailure} from '../model/failure.ts'
import type {Trouble} from '../model/spoke.ts'
import type {Clock} from '../shared/clock.ts'
import {troubleSentence} from './trouble-sentence.ts'

/** A rollout that ends within this needs no explanation, and its pods are not asked for. */
const patienceMs = 2_000

/** The pauses between looks while nothing changes; the last one from then on. */
const pausesMs = [5_000, 5_000, 10_000, 20_000, 30_000, 60_000]

/** A rollout whose steps take longer is looked at all the same when it has made none for so long. */
const longestStepMs = 30_000

/** A container that crashes is up between two crashes: a look that finds nothing does not end the trouble at once. */
const keptMs = 90_000

export interface TroubleWatch {
  /** Why the pods are not ready, as far as it is known now; looks when it has not looked yet. Never rejects. */
  cause(): Promise<Cause>
  /** The longest grace period, in milliseconds, of the pods that were ending at the last look. */
  endingMs(): number
  /** The rollout has made progress: it is not looked at while it makes more. */
  progressed(): void
}

export interface Cause {
  /** `ImagePullBackOff: Back-off pulling image "…" (pod web-1, container app)`; undefined: nothing to be seen. */
  readonly sentence: string | undefined
  readonly pod: string | undefined
  /** Pods that have to be deleted before their controller goes on. */
  readonly blocking: readonly string[]
  /** Why nothing is known, when the pods could not be looked at. */
  readonly unknown: string | undefined
}

export interface TroubleWatchOptions {
  look(signal: AbortSignal): Promise<readonly PodTrouble[]>
  /** Hears of the worst trouble when it is first seen and whenever it changes. */
  onTrouble(trouble: Trouble): void
  /** Hears of a crash when it is first seen and whenever it changes; the next look waits for it. */
  onCrash?(trouble: PodTrouble): Promise<void>
  /** Hears of a trouble that does not recover, and may hear of it again. */
  onLasting?(): void
  readonly clock: Clock
  /** Ends the watch. */
  readonly signal: AbortSignal
}

/**
 * Looks at the pods of a rollout that makes no progress: two seconds after its start, and then after pauses that grow. While it
 * makes progress it is not looked at, unless a step takes twice as long as the longest one before.
 */
export function watchTroubles(options: TroubleWatchOptions): TroubleWatch {
  const {look, clock, signal} = options
  const memory = createMemory(options)
  const pace = createPace(clock)
  let unknown: string | undefined
  let looks = 0
  let forbidden = false

  const lookOnce = async () => {
    try {
      const troubles = await look(signal)
      unknown = undefined
      await memory.found(troubles)
    } catch (error) {
      if (signal.aborted) return
      forbidden = error instanceof HubspokeError && error.failureClass === 'forbidden'
      unknown = `reason unknown: ${forbidden ? 'may not read pods' : toFailure(error).message}`
    }
    looks += 1
  }

  const keepLooking = async () => {
    while (!signal.aborted && !forbidden) {
      const waitMs = pace.untilNextMs()
      if (waitMs > 0) await clock.sleep(waitMs, AbortSignal.any([signal, pace.sooner()]))
      else {
        await lookOnce()
        pace.looked()
      }
    }
  }
  void keepLooking()

  return {
    async cause() {
      if (looks === 0) await lookOnce()
      const known = memory.cause()
      return {...known, unknown: known.sentence === undefined ? unknown : undefined}
    },
    endingMs: memory.endingMs,
    progressed: pace.progressed,
  }
}

/** When the next look is due. */
function createPace(clock: Clock) {
  let progressAt = clock.now()
  let longestMs = 0
  let steps = 0
  let dueAt = progressAt + patienceMs
  let quietLooks = 0
  let sooner = new AbortController()
  return {
    untilNextMs: () => Math.ceil(dueAt - clock.now()),
    /** Aborted when the next look is due earlier than it was. */
    sooner: () => sooner.signal,
    looked() {
      const pause = pausesMs[Math.min(quietLooks, pausesMs.length - 1)] ?? 0
      quietLooks += 1
      dueAt = clock.now() + pause
    },
    progressed() {
      const now = clock.now()
      if (steps > 0) longestMs = Math.max(longestMs, Math.min(now - progressAt, longestStepMs / 2))
      steps += 1
      progressAt = now
      quietLooks = 0
      const before = dueAt
      dueAt = now + Math.max(patienceMs, 2 * longestMs)
      if (dueAt >= before) return
      sooner.abort()
      sooner = new AbortController()
    },
  }
}

interface Seen {
  readonly trouble: PodTrouble
  readonly since: number
  readonly seenAt: number
}

/** What was seen of the pods so far. */
function createMemory({onTrouble, onCrash, onLasting, clock}: TroubleWatchOptions) {
  let latest: Seen | undefined
  let blocking: readonly string[] = []
  let endingMs = 0
  let lastFoundNothing = false
  let told = ''

  const tell = async (worst: PodTrouble, before: Seen | undefined) => {
    const sentence = troubleSentence(worst)
    const isNews = sentence !== told
    // A state that is over at the next look was a step of the rollout.
    if (worst.vague === true && worst.pod !== '' && !isSame(worst, before)) return
    told = sentence
    if (isNews) onTrouble({reason: worst.reason, sentence})
    if (isNews && worst.crashed) await onCrash?.(worst)
    if (worst.lasting) onLasting?.()
  }

  return {
    endingMs: () => endingMs,
    cause(): Omit<Cause, 'unknown'> {
      const isOver = latest !== undefined && lastFoundNothing && clock.now() - latest.seenAt > keptMs
      if (latest === undefined || isOver) return {sentence: undefined, pod: undefined, blocking}
      const {trouble, since} = latest
      const sentence = troubleSentence(trouble, clock.now() - since)
      return {sentence, pod: trouble.pod === '' ? undefined : trouble.pod, blocking}
    },
    async found(troubles: readonly PodTrouble[]): Promise<void> {
      const [worst] = troubles
      endingMs = Math.max(0, ...troubles.map(({waits = 0}) => waits))
      blocking = [...new Set(troubles.filter(({blocks}) => blocks === true).map(({pod}) => pod))]
      const now = clock.now()
      const before = latest
      lastFoundNothing = worst === undefined
      if (worst === undefined) return
      latest = {trouble: worst, since: sinceOf(worst, before) ?? now, seenAt: now}
      await tell(worst, before)
    },
  }
}

/** When the same state of the same pod was first seen. */
function sinceOf({pod, reason}: PodTrouble, before: Seen | undefined): number | undefined {
  return isSame({pod, reason}, before) ? before?.since : undefined
}

function isSame({pod, reason}: Pick<PodTrouble, 'pod' | 'reason'>, before: Seen | undefined): boolean {
  return before?.trouble.pod === pod && before.trouble.reason === reason
}
