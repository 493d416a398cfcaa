import type {OnEvent} from '../../model/event.ts'
import type {Target} from '../../model/target.ts'
import type {WavePlace} from '../../model/wave.ts'
import type {Clock} from '../../shared/clock.ts'
import type {InSlots} from '../pace/slots.ts'
import type {StopController} from '../pace/stop-controller.ts'
import type {Written} from '../spoke.ts'
import type {SpokeEnd} from '../spoke-end.ts'

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
  readonly stopping: StopController
  readonly inSlots: InSlots
  readonly emit: OnEvent
  readonly pauseMs: number
  readonly gate: Gate | undefined
  /** What was written and seen to its good end; whatever turns out not to be healthy leaves it. */
  readonly rolledOut: Map<Target, Written>
  soFar(): SoFar
  /** A target that had succeeded has not, after all; `written` is what it was written with. */
  regress(target: Target, end: SpokeEnd, written: Written): Promise<void>
  stopFor(reason: 'gate', sentence: string): void
}
