import type {OnEvent} from '../model/event.ts'
import {toFailure} from '../model/failure.ts'
import type {Target} from '../model/target.ts'
import type {WavePlace} from '../model/wave.ts'
import type {Clock} from '../shared/clock.ts'
import type {Brake} from './brake.ts'
import {createHealthWatch} from './health-watch.ts'
import type {InSlots} from './slots.ts'
import type {Written} from './spoke.ts'
import type {SpokeEnd} from './spoke-end.ts'

/** What somebody says who is asked whether the next wave may start. */
export type GateAnswer =
  | {readonly say: 'go'}
  | {readonly say: 'abort'}
  /** To be asked again after so long. */
  | {readonly say: 'wait'; readonly ms: number}

/** What whoever is asked has to know. */
export interface WaveEnd extends WavePlace, SoFar {}

/** The targets that have ended in this run until now, and those of them that somebody has to look at. */
export interface SoFar {
  readonly ended: number
  readonly troubled: readonly Target[]
}

/** Asks whether to go on after that wave. The signal withdraws the question: the run has stopped meanwhile. */
export type Gate = (end: WaveEnd, signal: AbortSignal) => Promise<GateAnswer>

/** What is needed between two waves. */
export interface BetweenWaves {
  readonly clock: Clock
  readonly brake: Brake
  readonly inSlots: InSlots
  readonly emit: OnEvent
  readonly pauseMs: number
  readonly gate: Gate | undefined
  /** What was written and seen to its good end; whatever turns out not to be healthy leaves it. */
  readonly rolledOut: Map<Target, Written>
  soFar(): SoFar
  /** A target that had succeeded has not, after all; `written` is what it was written with. */
  relapse(target: Target, end: SpokeEnd, written: Written): Promise<void>
  stopFor(reason: 'gate', sentence: string): void
}

/** Everything that was changed is looked at this often while the next wave is held back. */
const lookEveryMs = 10_000

/**
 * The time between two waves: the pause and the question, and all the while the health of what was changed. Resolves when
 * the next wave may start, which is right after a look that found everything healthy, or when the run has stopped.
 */
export async function passGate(place: WavePlace, between: BetweenWaves & {readonly changed: boolean}): Promise<void> {
  const {brake, emit} = between
  const health = createHealthWatch(place, between)
  const pause = {isOver: false}
  const pauseEnds = holdBack(place, between).then(() => {
    pause.isOver = true
  })
  let said = ''
  for (;;) {
    const unwell = await health.look()
    if (brake.starts.aborted || (pause.isOver && unwell === '')) break
    if (unwell !== said) emit({type: 'wave-waiting', ...place, message: unwell})
    said = unwell
    await sleepUntil(pause.isOver ? undefined : pauseEnds, between)
  }
  await pauseEnds
}

/** Until the next look is due, or `end` comes first. Leaves no timer behind. */
async function sleepUntil(end: Promise<void> | undefined, {clock, brake}: BetweenWaves): Promise<void> {
  const awake = new AbortController()
  const due = clock.sleep(lookEveryMs, AbortSignal.any([brake.starts, awake.signal]))
  await Promise.race(end === undefined ? [due] : [due, end])
  awake.abort()
}

/** The pause, and then the question, as often as the answer is to wait. A wave that has changed nothing needs no pause. */
async function holdBack(place: WavePlace, between: BetweenWaves & {readonly changed: boolean}): Promise<void> {
  const {clock, brake, emit, gate, soFar, stopFor} = between
  let ms = between.changed ? between.pauseMs : 0
  for (;;) {
    if (ms > 0) {
      emit({type: 'wave-paused', ...place, ms})
      await clock.sleep(ms, brake.starts)
    }
    if (gate === undefined || brake.starts.aborted) return
    const answer = await askGate(gate, {...place, ...soFar()}, brake.starts)
    // The question may have been withdrawn: whatever came of it is no answer.
    if (answer.say === 'go' || brake.starts.aborted) return
    if (answer.say === 'abort') return stopFor('gate', answer.why)
    ms = answer.ms
  }
}

/** Whoever cannot be asked has not said yes. */
async function askGate(gate: Gate, end: WaveEnd, signal: AbortSignal) {
  const why = `Declined after wave ${end.wave} of ${end.of}.`
  try {
    return {why, ...(await gate(end, signal))}
  } catch (error) {
    return {say: 'abort' as const, why: toFailure(error).message}
  }
}
