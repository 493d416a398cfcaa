import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {FlagFacts} from './flag-words.ts'
import {contextFlags, writeFlags} from './flags.ts'

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
  'metrics-file': false,
  'metrics-push': false,
  'metrics-name': false,
  deadline: false,
  wait: true,
  'run-id': false,
} as const satisfies Readonly<Record<keyof typeof writeFlags, boolean>>

const keeps: ReadonlyMap<string, boolean> = new Map(Object.entries(isKept))

/** By the name of the flag. */
export const keptFlagFacts: Readonly<Record<string, FlagFacts>> = {
  'cache-namespace': contextFlags['cache-namespace'], // its lock is there
  ...Object.fromEntries(Object.entries(writeFlags).filter(([name]) => keeps.get(name))),
}

/** The names of the flags that a retry keeps. */
export const keptFlags: readonly string[] = Object.keys(keptFlagFacts)

/** The value of a kept flag as a ledger records it; durations are in milliseconds. Null: the flag was not used. */
export type KeptValue = string | number | boolean | null

/** The flags that a retry keeps, among those of a run: each with its value, or with what says that it was not used. */
export function keptValuesOf(given: object): Readonly<Record<string, KeptValue>> {
  const values = new Map<string, unknown>(Object.entries(given))
  return Object.fromEntries(
    keptFlags.map((name) => {
      const value = values.get(name)
      const isSet = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      // A switch that was not turned on is off.
      return [name, isSet ? value : keptFlagFacts[name]?.type === 'boolean' ? false : null]
    }),
  )
}

/** The options that a retry keeps and that were not set: null. */
export function unsetOptions(set: ArgumentsEntry): ArgumentsEntry {
  return Object.fromEntries(keptFlags.filter((name) => !Object.hasOwn(set, name)).map((name) => [name, null]))
}
