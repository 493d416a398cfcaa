import type {Plan} from './target.ts'

/** A part of the plan that starts together, after the wave before it is healthy; its targets in plan order. */
export type Wave = Plan

/** Which wave of how many, from 1. */
export interface WavePlace {
  readonly wave: number
  readonly of: number
}

/** How far a wave came. `stopped`: the run ended in it, or before the wave after it could start. */
export const waveStates = ['done', 'stopped', 'not-started'] as const

export type WaveState = (typeof waveStates)[number]
