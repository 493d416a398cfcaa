import type {OnEvent} from '../../model/event.ts'
import type {Receipt, Spoke} from '../../model/spoke.ts'
import type {Target} from '../../model/target.ts'
import type {WavePlace} from '../../model/wave.ts'
import type {Clock} from '../../shared/clock.ts'
import type {InSlots} from '../pace/slots.ts'
import type {StopController} from '../pace/stop-controller.ts'
import type {SpokeEnd} from '../spoke-end.ts'

/** The answer to the question whether the next wave may start. */
export type GateAnswer =
  | {readonly say: 'go'}
  | {readonly say: 'abort'}
  /** The question is asked again after so long. */
  | {readonly say: 'wait'; readonly ms: number}

/** What the question shows. */
export interface WaveEnd extends WavePlace, SoFar {}

/** The targets that have ended in this run until now, and those of them that are not in the desired state. */
export interface SoFar {
  readonly ended: number
  readonly troubled: readonly Target[]
}

/** Asks whether to go on after that wave. The signal withdraws the question: the run has stopped meanwhile. */
export type Gate = (end: WaveEnd, signal: AbortSignal) => Promise<GateAnswer>

/** A target that was written, and seen to succeed. */
export interface RolledOut {
  readonly target: Target
  readonly receipt: Receipt
}

/** What is needed between two waves. */
export interface BetweenWaves {
  readonly clock: Clock
  readonly stopping: StopController
  readonly inSlots: InSlots
  readonly emit: OnEvent
  readonly pauseMs: number
  readonly gate: Gate | undefined
  readonly spoke: Pick<Spoke, 'recheck' | 'inspect'>
  /** The targets that were seen to succeed, by key; a target that turns out not to be healthy is removed. */
  readonly rolledOut: Map<string, RolledOut>
  soFar(): SoFar
  /** The result of a target that had succeeded changes to this end. */
  regress(rolledOut: RolledOut, end: SpokeEnd): Promise<void>
  stopFor(reason: 'gate', sentence: string): void
}
