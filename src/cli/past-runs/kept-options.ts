import type {RecordedRun} from '../../model/recorded-run.ts'
import type {RunOptions} from '../../model/run-options.ts'
import type {FilledIn, FlagLevel, Said} from '../flags/flag-levels.ts'
import {contextFlags, writeFlags} from '../flags/flags.ts'
import {type FlagFacts, flagWords} from './flag-words.ts'

/**
 * Does a retry keep this flag of the run that it retries? What paces and guards the run is kept. Consent is given anew, a
 * deadline counts for one run, and how the result is written is asked for each time.
 */
const isKept = {
  'dry-run': false,
  yes: false,
  confirm: false,
  reason: false, // the run's own reason is kept beside its flags
  'change-cause': true,
  preflight: true,
  lock: true,
  'lock-wait': true,
  'max-failures': true,
  'undo-failed': true,
  waves: true,
  'wave-by': true,
  pause: true,
  stagger: true,
  'stagger-by': true,
  concurrency: true,
  'concurrency-per-cluster': true,
  retries: true,
  backoff: true,
  'backoff-factor': true,
  'backoff-max': true,
  timeout: true,
  'fail-fast': true,
  'include-logs': false,
  deadline: false,
  wait: true,
  'run-id': false,
} as const satisfies Readonly<Record<keyof typeof writeFlags, boolean>>

const keeps: ReadonlyMap<string, boolean> = new Map(Object.entries(isKept))

const flags: Readonly<Record<string, FlagFacts>> = {
  'cache-namespace': contextFlags['cache-namespace'], // its lock is there
  ...Object.fromEntries(Object.entries(writeFlags).filter(([name]) => keeps.get(name))),
}

/** The names of the flags that a retry keeps. */
export const keptFlags: readonly string[] = Object.keys(flags)

/** What a ledger records of the flags of its run. */
export function optionsOf(given: object): RunOptions {
  const values = new Map<string, unknown>(Object.entries(given))
  return Object.fromEntries(
    keptFlags.map((name) => {
      const value = values.get(name)
      const isSet = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      // A switch that was not turned on is off.
      return [name, isSet ? value : flags[name]?.type === 'boolean' ? false : null]
    }),
  )
}

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
  const recorded = last?.options ?? optionsInArguments(last?.arguments ?? {})
  const level = Object.entries(flags).flatMap(([name, flag]): [string, Said][] => {
    const value = recorded[name]
    if (value === undefined) return []
    const values = value === null || value === false ? [] : [String(value)]
    return [[name, {values, words: [wordsOf(name, flag, value).join('=')].filter(Boolean), origin: `the run ${id}`}]]
  })
  const deadline = last?.arguments.deadline
  return {
    level: new Map(level),
    unknown: keptFlags.filter((name) => recorded[name] === undefined),
    deadlineMs: typeof deadline === 'number' ? deadline : undefined,
  }
}

/**
 * A version that had no such record wrote down every flag that was used, and those with a default always: where one of
 * these is there, a flag that is not was not used.
 */
function optionsInArguments(args: Readonly<Record<string, unknown>>): RunOptions {
  return typeof args.concurrency === 'number' ? optionsOf(args) : knownOf(args)
}

function knownOf(args: Readonly<Record<string, unknown>>): RunOptions {
  const known = optionsOf(args)
  return Object.fromEntries(Object.entries(known).filter(([name]) => Object.hasOwn(args, name)))
}

const wordsOf = (name: string, {type, helpValue, allowNo}: FlagFacts, value: RunOptions[string] | undefined) =>
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
  const values = optionsOf(given)
  const spelled = (name: string) => wordsOf(name, flags[name] ?? {}, values[name]).join(' ')
  const typed = (name: string) => said.has(name) && said.get(name)?.origin === undefined
  return {
    kept: keptFlags.flatMap((name) => {
      if (typed(name) || !level.has(name)) return []
      const value = values[name]
      const isDefault = value === (flags[name]?.default ?? (flags[name]?.type === 'boolean' ? false : null))
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
