import {toFailure} from '../../model/failure.ts'
import type {WavePlace} from '../../model/wave.ts'
import type {BetweenWaves, Gate, WaveEnd} from './between-waves.ts'
import {createHealthWatch} from './health-watch.ts'

/** Everything that was changed is looked at this often while the next wave is held back. */
const lookEveryMs = 10_000

/**
 * The time between two waves: the pause and the question, and all the while the health of what was changed. Resolves when
 * the next wave may start, which is right after a look that found everything healthy, or when the run has stopped.
 */
export async function passGate(place: WavePlace, between: BetweenWaves & {readonly changed: boolean}): Promise<void> {
  const {stopping, clock, emit} = between
  const health = createHealthWatch(place, between)
  const pause = {isOver: false, until: undefined as number | undefined}
  const pauseEnds = holdBack(place, between, pause).then(() => {
    pause.isOver = true
  })
  let said = ''
  for (;;) {
    const unwell = await health.look()
    if (stopping.starts.aborted || (pause.isOver && unwell === '')) break
    if (unwell !== said) emit({type: 'wave-waiting', ...place, message: unwell})
    said = unwell
    if (pause.until !== undefined) emit({type: 'wave-countdown', ...place, leftMs: pause.until - clock.now()})
    await sleepUntil(pause.isOver ? undefined : pauseEnds, between)
  }
  await pauseEnds
}

/** Until the next look is due, or `end` comes first. Leaves no timer behind. */
async function sleepUntil(end: Promise<void> | undefined, {clock, stopping}: BetweenWaves): Promise<void> {
  const awake = new AbortController()
  const due = clock.sleep(lookEveryMs, AbortSignal.any([stopping.starts, awake.signal]))
  await Promise.race(end === undefined ? [due] : [due, end])
  awake.abort()
}

/** The pause, and then the question, as often as the answer is to wait. A wave that has changed nothing needs no pause. */
async function holdBack(
  place: WavePlace,
  between: BetweenWaves & {readonly changed: boolean},
  pause: {until: number | undefined},
): Promise<void> {
  const {clock, stopping, emit, gate, soFar, stopFor} = between
  let ms = between.changed ? between.pauseMs : 0
  for (;;) {
    if (ms > 0) {
      emit({type: 'wave-paused', ...place, ms})
      pause.until = clock.now() + ms
      await clock.sleep(ms, stopping.starts)
      pause.until = undefined
    }
    if (gate === undefined || stopping.starts.aborted) return
    const answer = await askGate(gate, {...place, ...soFar()}, stopping.starts)
    // The question may have been withdrawn: whatever came of it is no answer.
    if (answer.say === 'go' || stopping.starts.aborted) return
    if (answer.say === 'abort') return stopFor('gate', answer.why)
    ms = answer.ms
  }
}

/** A question without an answer is a No. */
async function askGate(gate: Gate, end: WaveEnd, signal: AbortSignal) {
  const why = `Declined after wave ${end.wave} of ${end.of}.`
  try {
    return {why, ...(await gate(end, signal))}
  } catch (error) {
    return {say: 'abort' as const, why: toFailure(error).message}
  }
}
