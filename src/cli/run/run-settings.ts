import type {LockPolicy} from '../../distribution/lock/run-lock.ts'
import type {WaveUnit} from '../../distribution/waves/plan-waves.ts'
import type {Pace} from '../../hub/contract.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {SpokeOptions} from '../../verbs/verb.ts'
import type {ConsentSettings} from '../consent/consent-settings.ts'
import {saidReason} from '../consent/reason.ts'
import {metricsFlags} from '../flags/metrics-flags.ts'
import {parseLimit} from '../flags/parse-limit.ts'
import {parsePause} from '../flags/parse-pause.ts'
import {parseWaves} from '../flags/parse-waves.ts'
import {type StaggerFlags, staggerOf} from './stagger.ts'

/** How a run is carried out, by meaning: code that receives this does not depend on how it was said. */
export interface RunSettings extends ConsentSettings {
  /** Every option that was set, by the name of its flag: for the ledger and the documents. */
  readonly recorded: ArgumentsEntry
  readonly spoke: SpokeOptions
  /** A missing permission ends the run before the first write. */
  readonly strictPreflight: boolean
  readonly lock: Pick<LockPolicy, 'mode' | 'waitMs' | 'namespace'>
  readonly allowEmpty: boolean
  /** The log tail of crashed containers goes into the document, too. */
  readonly includesLogs: boolean
}

export interface WriteFlags extends StaggerFlags {
  readonly 'dry-run'?: 'client' | 'server' | undefined
  readonly reason?: string | undefined
  readonly 'max-failures'?: string | undefined
  readonly waves?: string | undefined
  readonly 'wave-by': 'target' | 'cluster'
  /** A duration, or `ask`. */
  readonly pause?: string | undefined
  readonly concurrency: number
  readonly 'concurrency-per-cluster': number
  readonly retries: number
  readonly backoff: number
  readonly 'backoff-factor': number
  readonly 'backoff-max': number
  readonly timeout?: number | undefined
  readonly wait: boolean
  readonly 'fail-fast': boolean
  readonly 'change-cause': boolean
  readonly 'undo-failed': boolean
  readonly 'include-logs': boolean
  readonly 'allow-empty'?: boolean
  readonly preflight: string
  readonly lock: LockPolicy['mode']
  readonly 'lock-wait'?: number | undefined
  readonly 'cache-namespace': string
  readonly yes: boolean
  readonly confirm?: readonly string[] | undefined
  readonly 'confirm-zero'?: boolean
  readonly quiet: boolean
  readonly output: string
}

/** What the flags of a writing verb ask for. */
export function runSettings(flags: WriteFlags): RunSettings {
  const dryRun = flags['dry-run'] ?? null
  return {
    recorded: recordedOptions(flags),
    reason: saidReason(flags),
    dryRun,
    spoke: {
      wait: flags.wait,
      timeoutMs: flags.timeout,
      failFast: flags['fail-fast'],
      changeCause: flags['change-cause'],
      dryRun: dryRun === 'server',
    },
    pace: paceOf(flags),
    asksBetweenWaves: flags.pause === 'ask',
    strictPreflight: flags.preflight === 'strict',
    lock: {
      mode: dryRun === null ? flags.lock : 'off', // a dry run writes nothing that other runs could be kept from
      waitMs: flags['lock-wait'],
      namespace: flags['cache-namespace'],
    },
    consent: {yes: flags.yes, confirmed: flags.confirm ?? [], additional: additionalConfirmations(flags)},
    allowEmpty: flags['allow-empty'] ?? false,
    includesLogs: flags['include-logs'],
    quiet: flags.quiet,
    wide: flags.output === 'wide',
  }
}

function additionalConfirmations({'confirm-zero': zero = false}: WriteFlags): readonly string[] {
  return zero ? ['--confirm-zero'] : []
}

const waveUnits = {target: 'target', cluster: 'place'} as const satisfies Record<WriteFlags['wave-by'], WaveUnit>

function paceOf(flags: WriteFlags): Pace {
  const stagger = staggerOf(flags)
  // In waves no failure is tolerated, unless something else was said.
  const limit = flags['max-failures'] ?? (flags.waves === undefined ? undefined : '0')
  return {
    concurrency: flags.concurrency,
    concurrencyPerPlace: flags['concurrency-per-cluster'],
    maxFailures: limit === undefined ? undefined : parseLimit(limit),
    waves: flags.waves === undefined ? undefined : {marks: parseWaves(flags.waves), unit: waveUnits[flags['wave-by']]},
    ...(flags.pause !== undefined && {pauseMs: parsePause(flags.pause) ?? 0}),
    ...(stagger !== undefined && {stagger}),
    undoFailed: flags['undo-failed'],
    retry: {
      retries: flags.retries,
      baseMs: flags.backoff,
      factor: flags['backoff-factor'],
      maxMs: flags['backoff-max'],
    },
  }
}

const ofThisMachine: readonly string[] = ['kubeconfig', ...Object.keys(metricsFlags)]

/**
 * The flags that were set, as documents record them: what was asked for, never credentials and never the environment.
 * Paths are left out, too: they describe a machine, not a run.
 */
function recordedOptions(flags: object): ArgumentsEntry {
  const recorded = Object.entries(flags).flatMap(
    ([name, value]): [string, string | number | boolean | readonly string[]][] => {
      if (ofThisMachine.includes(name)) return []
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[name, value]]
      if (Array.isArray(value)) return [[name, value.map(String)]]
      return value && typeof value === 'object' ? [[name, JSON.stringify(value)]] : []
    },
  )
  return Object.fromEntries(recorded)
}
