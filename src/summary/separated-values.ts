import {accountWords} from '../model/actor.ts'
import type {CheckReport} from '../model/check-report.ts'
import type {LedgerReport, RunsReport} from '../model/past-runs-report.ts'
import type {CacheReport, FindReport, RunReport} from '../model/report.ts'
import type {StatusReport} from '../model/status-report.ts'
import type {ExcludedEntry, TargetEntry} from '../model/workload-entry.ts'
import {matchedImages} from './image-words.ts'
import {namesOf} from './target-names.ts'

type Value = string | number | null

/**
 * Tab-separated values: a line with the names of the columns, then a line per entry, all names and sentences whole. Columns
 * may only be added at the end. A tab, a line break and a backslash inside a value are `\t`, `\n`, `\r` and `\\`; what is
 * unknown is empty.
 *
 * @param printable makes what a terminal would obey visible
 */
function renderValues(
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  printable: (text: string) => string,
): string {
  const cell = (value: Value) => (value === null ? '' : printable(escaped(`${value}`)))
  return [columns, ...rows].map((row) => `${row.map(cell).join('\t')}\n`).join('')
}

const escapes: Readonly<Record<string, string>> = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r'}

const escaped = (text: string) => text.replace(/[\\\t\n\r]/g, (char) => escapes[char] ?? char)

type Render<Report> = (report: Report, printable: (text: string) => string) => string

/** Of `find`: a line per workload and image. `source`: `cluster`, or `cache` for what only an image cache names. */
export const renderFindValues: Render<FindReport> = ({workloads, cachedOnly}, printable) => {
  const found = [
    ...workloads.map((workload) => ({workload, source: 'cluster'})),
    ...cachedOnly.map((workload) => ({workload, source: 'cache'})),
  ]
  const rows = found.flatMap(({workload, source}) => {
    const {context, clusterUid, namespace, kind, name, matched} = workload
    return matchedImages(workload).map((image) => {
      const containers = matched.filter((one) => one.image === image).map(({container}) => container)
      return [context, clusterUid, namespace, kind, name, image, containers.join(','), source]
    })
  })
  const columns = ['context', 'clusterUid', 'namespace', 'kind', 'name', 'image', 'containers', 'source']
  return renderValues(columns, rows, printable)
}

/** Of `status`: a line per workload, in the order of the report. */
export const renderStatusValues: Render<StatusReport> = ({workloads}, printable) => {
  const rows = workloads.map((entry) => {
    const {context, clusterUid, namespace, kind, name, status, pods, message, cause, failure} = entry
    return [
      ...[context, clusterUid, namespace, kind, name, status],
      ...[pods?.wanted ?? null, pods?.updated ?? null, pods?.available ?? null, matchedImages(entry).join(',')],
      ...[failure?.class ?? null, cause?.reason ?? null, cause?.message ?? message],
    ]
  })
  const columns = [
    ...['context', 'clusterUid', 'namespace', 'kind', 'name', 'status'],
    ...['wanted', 'updated', 'available', 'images', 'failure', 'cause', 'reason'],
  ]
  return renderValues(columns, rows, printable)
}

/** Of a run: a line per target, then one per workload that was excluded, whose outcome is `excluded`. */
export const renderRunValues: Render<RunReport> = ({results, excluded}, printable) => {
  const rows = [
    ...results.map((entry) => [
      ...[...nameValues(entry), entry.outcome],
      ...[entry.wave, entry.attempts, entry.durationMs, entry.failure?.class ?? null],
      ...[entry.reason || (entry.failure?.message ?? null), entry.undo?.outcome ?? null],
    ]),
    ...excluded.map(excludedCells),
  ]
  return renderValues([...targetColumns, 'undo'], rows, printable)
}

function nameValues(entry: TargetEntry): readonly string[] {
  const {context, clusterUid, namespace, kind, name} = namesOf(entry)
  return [context, clusterUid, namespace, kind, name]
}

const excludedCells = (entry: ExcludedEntry) => [
  ...[...nameValues(entry), 'excluded'],
  ...[null, null, null, null, `${entry.reason} (${entry.include})`, null],
]

const targetColumns = [
  ...['context', 'clusterUid', 'namespace', 'kind', 'name', 'outcome'],
  ...['wave', 'attempts', 'durationMs', 'failure', 'reason'],
]

/** Of `runs show`: a line per planned target; the outcome of one without a result is its state. */
export const renderLedgerValues: Render<LedgerReport> = ({targets, excluded}, printable) => {
  const planned = targets.map((entry) => [
    ...[...nameValues(entry), entry.outcome ?? entry.state],
    ...[entry.wave, entry.attempts, entry.durationMs, entry.failure?.class ?? null],
    ...[entry.reason || null, entry.undo?.outcome ?? null, entry.wrote],
  ])
  const rows = [...planned, ...excluded.map((entry) => [...excludedCells(entry), null])]
  return renderValues([...targetColumns, 'undo', 'wrote'], rows, printable)
}

/** Of `runs list`: a line per run, the newest first; one whose ledger could not be read has the state `not-read`. */
export const renderRunsValues: Render<RunsReport> = ({runs, notRead}, printable) => {
  const rows = [
    ...runs.map((run) => [
      ...[run.id, run.state, run.exitCode, run.verb, run.image, run.startedAt, run.lastRecordAt],
      ...[run.counts.total, run.counts.succeeded, run.counts.failed, run.retryOf, run.reason],
      run.by && accountWords(run.by),
    ]),
    ...notRead.map(({id, problem}) => [
      ...[id, 'not-read', null, null, null, null, null],
      ...[null, null, null, null, problem.message, null],
    ]),
  ]
  const columns = [
    ...['id', 'state', 'exitCode', 'verb', 'image', 'startedAt', 'lastRecordAt'],
    ...['targets', 'succeeded', 'failed', 'retryOf', 'reason', 'by'],
  ]
  return renderValues(columns, rows, printable)
}

/** Of `check`: a line per context. */
export const renderCheckValues: Render<CheckReport> = ({contexts}, printable) => {
  const rows = contexts.map((entry) => [
    ...[entry.context, entry.server, entry.uid, entry.version, entry.latencyMs, entry.sameClusterAs.join(',')],
    ...[entry.permissions.filter(({essential, allowed}) => essential && !allowed).length],
    ...[entry.imageCache?.state ?? null, entry.imageCache?.ageMs ?? null],
    ...[entry.problem?.class ?? null, entry.problem?.message ?? null],
    ...[entry.protected?.reason ?? null, entry.lock?.state ?? null, entry.lock?.reason ?? null],
  ])
  const columns = [
    ...['context', 'server', 'clusterUid', 'version', 'latencyMs', 'sameClusterAs', 'missingPermissions'],
    ...['imageCache', 'imageCacheAgeMs', 'failure', 'reason', 'protected', 'lock', 'lockReason'],
  ]
  return renderValues(columns, rows, printable)
}

/** Of the cache commands: a line per context. */
export const renderCacheValues: Render<CacheReport> = ({caches}, printable) => {
  const rows = caches.map((entry) => [
    ...[entry.context, entry.server, entry.uid, entry.state, entry.builtAt, entry.ageMs, entry.workloads],
    ...[entry.images, entry.shards, entry.bytes, entry.problem?.class ?? null],
    ...[entry.problem?.message ?? (entry.reason || null)],
  ])
  const columns = [
    ...['context', 'server', 'clusterUid', 'state', 'builtAt', 'ageMs', 'workloads'],
    ...['images', 'shards', 'bytes', 'failure', 'reason'],
  ]
  return renderValues(columns, rows, printable)
}
