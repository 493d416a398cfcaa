import type {Plan} from '../../model/target.ts'
import type {Wave} from '../../model/wave.ts'

/** What is counted: targets, or whole places. */
export type WaveUnit = 'target' | 'place'

/** How far into the plan a wave goes, the waves before it included. */
export type WaveMark = {readonly count: number} | {readonly percent: number}

/** How a plan is cut into waves. */
export interface WaveSettings {
  readonly marks: readonly WaveMark[]
  readonly unit: WaveUnit
}

/**
 * The waves of a plan, none of them empty.
 *
 * Each mark says how much of the plan has been started with that wave. Percentages are rounded up, and a
 * wave has at least one unit where any is left, so `1,10%,50%,100%` of 90 targets is 1, 8, 36 and 45. Waves are cut from
 * the plan in its order, in which places take turns: the canary is its first target. Places count in the order
 * of their first target, and the targets of a wave stay in the order of the plan.
 *
 * @param marks each more than the one before it; the last one is 100 %
 */
export function planWaves(plan: Plan, {marks, unit}: WaveSettings): readonly Wave[] {
  const units = unit === 'target' ? plan.map((target) => [target]) : [...Map.groupBy(plan, ({place}) => place).values()]
  const waves: Wave[] = []
  let start = 0
  for (const mark of marks) {
    if (start >= units.length) break
    const end = Math.min(units.length, Math.max(start + 1, unitsUpTo(mark, units.length)))
    const inWave = new Set(units.slice(start, end).flat())
    waves.push(plan.filter((target) => inWave.has(target)))
    start = end
  }
  return waves
}

function unitsUpTo(mark: WaveMark, planned: number): number {
  return 'count' in mark ? mark.count : Math.ceil((planned * mark.percent) / 100)
}
