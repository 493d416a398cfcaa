import type {WaveMark} from '../../distribution/waves/plan-waves.ts'
import {HubspokeError} from '../../model/failure.ts'

/**
 * The marks of `1,10%,50%,100%`: counts, then percentages, each more than the one before it, and the last one 100 %.
 *
 * A list that ends earlier is refused. Whether it means "the rest afterwards" or "no more than that" is a guess, and either
 * guess could be wrong in production.
 *
 * @throws HubspokeError of class `usage` that says what is wrong
 */
export function parseWaves(text: string): readonly WaveMark[] {
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

function toMark(word: string, text: string): WaveMark {
  const [, digits, percent] = /^(\d{1,9})(%?)$/.exec(word) ?? []
  if (digits === undefined) throw refusal(text, `"${word}" is neither a number nor a percentage`)
  const amount = Number(digits)
  if (amount === 0) throw refusal(text, `a wave of ${word} has no targets`)
  if (percent === '') return {count: amount}
  if (amount > 100) throw refusal(text, `${word} is more than everything`)
  return {percent: amount}
}

function refuseUnlessMore(
  before: WaveMark,
  mark: WaveMark,
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
