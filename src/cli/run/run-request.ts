import type {FanOut} from '../../distribution/distribute.ts'
import {failureBudget} from '../../distribution/pace/failure-budget.ts'
import type {Spoke} from '../../distribution/spoke.ts'
import type {RunRequest} from '../../hub/contract.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {saidReason} from '../consent/reason.ts'
import {optionsOf} from '../past-runs/kept-options.ts'
import type {RunIdentity} from './run-identity.ts'
import {type StaggerFlags, staggerOf} from './stagger-request.ts'
import {pauseMs, type WaveFlags, wavesOf} from './wave-request.ts'

export interface WriteFlags extends StaggerFlags, Pick<WaveFlags, 'waves' | 'wave-by' | 'pause'> {
  readonly 'dry-run'?: 'client' | 'server' | undefined
  readonly reason?: string | undefined
  readonly 'max-failures'?: string | undefined
  readonly concurrency: number
  readonly 'concurrency-per-cluster': number
  readonly retries: number
  readonly backoff: number
  readonly 'backoff-factor': number
  readonly 'backoff-max': number
  readonly wait: boolean
  readonly 'undo-failed': boolean
  readonly 'allow-empty'?: boolean
}

/** What the flags of a writing verb ask the hub for. */
export function runRequest(
  {id, stamp}: Pick<RunIdentity, 'id' | 'stamp'>,
  spoke: Spoke,
  args: ArgumentsEntry,
  flags: WriteFlags,
): RunRequest {
  return {
    id,
    stamp,
    reason: saidReason(flags),
    spoke,
    arguments: args,
    options: optionsOf(flags),
    fanOut: (planned) => fanOut(planned, flags),
    waves: (targets) => wavesOf(targets, flags),
    dryRun: flags['dry-run'] ?? null,
    waited: flags.wait,
    allowEmpty: flags['allow-empty'] ?? false,
  }
}

/** The failures that a run may have: in waves none, unless something else was said. */
export function maxFailuresOf(planned: number, flags: Pick<WriteFlags, 'max-failures' | 'waves'>): number | undefined {
  const limit = flags['max-failures'] ?? (flags.waves === undefined ? undefined : '0')
  return limit === undefined ? undefined : failureBudget(limit, planned)
}

function fanOut(planned: number, flags: WriteFlags): FanOut {
  const maxFailures = maxFailuresOf(planned, flags)
  const stagger = staggerOf(flags)
  return {
    concurrency: flags.concurrency,
    concurrencyPerCluster: flags['concurrency-per-cluster'],
    ...(maxFailures !== undefined && {maxFailures}),
    ...(flags.pause !== undefined && {pauseMs: pauseMs(flags.pause) ?? 0}),
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

/**
 * The flags that were set, as a document records them: what was asked for, never credentials and never the environment.
 * Paths stay out, too: they say more about a person's machine than about a run.
 */
export function argumentsEntry(image: string, flags: Readonly<Record<string, unknown>>): ArgumentsEntry {
  const recorded = Object.entries(flags).flatMap(
    ([name, value]): [string, string | number | boolean | readonly string[]][] => {
      if (name === 'kubeconfig') return []
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[name, value]]
      if (Array.isArray(value)) return [[name, value.map(String)]]
      return value && typeof value === 'object' ? [[name, JSON.stringify(value)]] : []
    },
  )
  return {image, ...Object.fromEntries(recorded)}
}
