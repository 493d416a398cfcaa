import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import type {FilledIn, FlagLevel, Said} from '../flags/flag-levels.ts'
import {type FlagFacts, flagWords} from '../flags/flag-words.ts'
import {type KeptValue, keptFlagFacts, keptFlags, keptValuesOf} from '../flags/kept-flags.ts'

type KeptValues = Readonly<Record<string, KeptValue>>

/** What the last invocation of a recorded run used. */
export interface KeptOptions {
  /** To be asked after the command line and before everything else. */
  readonly level: FlagLevel
  /** Flags of which its ledger does not say whether and how they were used. */
  readonly unknown: readonly string[]
  readonly deadlineMs: number | undefined
}

export function keptOptions(id: string, {invocations}: Pick<RecordedRun, 'invocations'>): KeptOptions {
  const last = invocations.at(-1)
  const recorded = keptValues(last?.options ?? {})
  const level = Object.entries(keptFlagFacts).flatMap(([name, flag]): [string, Said][] => {
    const value = recorded[name]
    if (value === undefined) return []
    const values = value === null || value === false ? [] : [String(value)]
    return [[name, {values, words: [wordsOf(name, flag, value).join('=')].filter(Boolean), origin: `the run ${id}`}]]
  })
  const deadline = last?.options.deadline
  return {
    level: new Map(level),
    unknown: keptFlags.filter((name) => recorded[name] === undefined),
    deadlineMs: typeof deadline === 'number' ? deadline : undefined,
  }
}

/**
 * Of an option that is missing in its ledger it is not known whether the run used it. The first ledgers recorded only options
 * that were set, and those with a default always: where one of these is there, an option that is missing was not used.
 */
function keptValues(options: ArgumentsEntry): KeptValues {
  const recordsUnused = Object.values(options).includes(null)
  const known = keptValuesOf(options)
  if (!recordsUnused && typeof options.concurrency === 'number') return known
  return Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(options, name)))
}

const wordsOf = (name: string, {type, helpValue, allowNo}: FlagFacts, value: KeptValue | undefined) =>
  flagWords(name, {type, helpValue, allowNo}, value)

/** For the plan of a retry: the words that say which of its options are those of the run, and which are not. */
export interface KeptWords {
  /** `--waves 1,100%`: those that differ from the default. */
  readonly kept: readonly string[]
  /** `--waves 100% (that run: --waves 1,100%)`. */
  readonly changed: readonly string[]
  readonly unknown: readonly string[]
  readonly deadlineMs: number | undefined
}

/** @param given the flags of the retry, as they were parsed */
export function keptWords(
  {level, unknown, deadlineMs}: KeptOptions,
  {said}: Pick<FilledIn, 'said'>,
  given: object,
): KeptWords {
  const values = keptValuesOf(given)
  const spelled = (name: string) => wordsOf(name, keptFlagFacts[name] ?? {}, values[name]).join(' ')
  const typed = (name: string) => said.has(name) && said.get(name)?.origin === undefined
  return {
    kept: keptFlags.flatMap((name) => {
      if (typed(name) || !level.has(name)) return []
      const value = values[name]
      const isDefault =
        value === (keptFlagFacts[name]?.default ?? (keptFlagFacts[name]?.type === 'boolean' ? false : null))
      return isDefault ? [] : [spelled(name)]
    }),
    changed: keptFlags.filter(typed).flatMap((name) => {
      const now = spelled(name) || `no --${name}`
      if (!level.has(name)) return [now]
      const before = level.get(name)?.words.join(' ').replace('=', ' ') || `no --${name}`
      return now === before ? [] : [`${now} (that run: ${before})`]
    }),
    unknown: unknown.filter((name) => !typed(name)).map((name) => `--${name}`),
    deadlineMs,
  }
}
