import {HubspokeError} from '../../model/failure.ts'
import type {Plan} from '../../model/target.ts'
import type {Wave} from '../../model/wave.ts'

/** What is counted: targets, or whole clusters. */
export type WaveUnit = 'target' | 'cluster'

/** How far into the plan a wave goes, the waves before it included. */
type Mark = {readonly count: number} | {readonly percent: number}

/**
 * The waves of a plan, none of them empty.
 *
 * Each entry of `text` is a mark: how much of the plan has been started with that wave. Percentages are rounded up, and a
 * wave has at least one unit where any is left, so `1,10%,50%,100%` of 90 targets is 1, 8, 36 and 45. Waves are cut from
 * the plan in its order, in which clusters take turns: the canary is its first target. By cluster, they count in the order
 * of their first target, and the targets of a wave stay in the order of the plan.
 *
 * @param text checked by `parseWaves`, which says what it must look like
 */
export function planWaves(plan: Plan, text: string, unit: WaveUnit): readonly Wave[] {
  const units = unit === 'target' ? plan.map((target) => [target]) : [...Map.groupBy(plan, clusterOf).values()]
  const waves: Wave[] = []
  let start = 0
  for (const mark of parseWaves(text)) {
    if (start >= units.length) break
    const end = Math.min(units.length, Math.max(start + 1, unitsUpTo(mark, units.length)))
    const inWave = new Set(units.slice(start, end).flat())
    waves.push(plan.filter((target) => inWave.has(target)))
    start = end
  }
  return waves
}

const clusterOf = ({clusterUid}: Plan[number]) => clusterUid

function unitsUpTo(mark: Mark, planned: number): number {
  return 'count' in mark ? mark.count : Math.ceil((planned * mark.percent) / 100)
}

/**
 * The marks of `1,10%,50%,100%`: counts, then percentages, each more than the one before it, and the last one 100 %.
 *
 * A list that ends earlier is refused. Whether it means "the rest afterwards" or "no more than that" is a guess, and either
 * guess could surprise somebody in production.
 *
 * @throws HubspokeError of class `usage` that says what is wrong
 */
export function parseWaves(text: string): readonly Mark[] {
  const words = text.split(',').map((word) => word.trim())
  const marks = words.map((word) => toMark(word, text))
  for (const [index, mark] of marks.entries()) {
    const before = marks[index - 1]
    const word = words[index] ?? ''
    if (before !== undefined) refuseUnlessMore(before, mark, {text, word, wordBefore: words[index - 1] ?? ''})
  }
  const last = marks.at(-1)
  if (last === undefined || !('percent' in last) || last.percent !== 100) {
    throw refusal(text, 'it must end with 100%, so that it says of every target when its turn is', [
      `--waves ${[...words, '100%'].join(',')}`,
    ])
  }
  return marks
}

function toMark(word: string, text: string): Mark {
  const [, digits, percent] = /^(\d{1,9})(%?)$/.exec(word) ?? []
  if (digits === undefined) throw refusal(text, `"${word}" is neither a number nor a percentage`)
  const amount = Number(digits)
  if (amount === 0) throw refusal(text, `a wave of ${word} has no targets`)
  if (percent === '') return {count: amount}
  if (amount > 100) throw refusal(text, `${word} is more than everything`)
  return {percent: amount}
}

function refuseUnlessMore(
  before: Mark,
  mark: Mark,
  {text, word, wordBefore}: {readonly text: string; readonly word: string; readonly wordBefore: string},
): void {
  if ('percent' in before && 'count' in mark) {
    throw refusal(text, `${word} comes after ${wordBefore}, and which is more depends on the plan: numbers come first`)
  }
  const grows =
    'count' in before && 'count' in mark
      ? mark.count > before.count
      : !('percent' in before && 'percent' in mark) || mark.percent > before.percent
  if (!grows)
    throw refusal(text, `${word} is not more than ${wordBefore}, and each entry counts the waves before it, too`)
}

function refusal(text: string, problem: string, suggestions: readonly string[] = ['--waves 1,10%,50%,100%']) {
  return new HubspokeError('usage', `--waves ${text}: ${problem}.`, {suggestions})
}
