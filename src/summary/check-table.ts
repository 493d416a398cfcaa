import type {CheckEntry, CheckedPermission, CheckReport} from '../model/check-report.ts'
import {formatDuration} from '../shared/duration.ts'
import {countOf} from '../shared/words.ts'
import {clockWords, credentialsWords, missingLines, noteLines} from './check-notes.ts'
import {protectionLines} from './check-protection-lines.ts'
import {renderColumns} from './columns.ts'
import type {Trouble} from './group-troubles.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import {paletteFor} from './palette.ts'
import {notSelectedLines, verdictLines} from './report-lines.ts'
import {type TroubleSection, troubleLines} from './trouble-lines.ts'
import {contextIn, showingContexts, type ViewOptions} from './view-options.ts'

/** The commands with a column of their own; what the others lack is listed below the rows. */
const purposes = ['find', 'restart', 'cache refresh'] as const

const withRoles = ['find', 'status', 'restart', 'cache refresh'] as const

/** The result of `check`: contexts that cannot be used first, then one row per context, then missing permissions. */
export function renderCheckTable(
  {contexts, contextsLeftOut, unmatchedProtections, verdict}: CheckReport,
  wholeNames: ViewOptions,
): string {
  const options = showingContexts(wholeNames, [...contexts.map(({context}) => context), ...contextsLeftOut])
  const troubles: TroubleSection[] = [
    {word: 'CANNOT BE USED', noun: 'context', tone: 'failure', troubles: contexts.flatMap(toTroubles)},
  ]
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...contextLines(contexts, options),
    ...missingLines(contexts, options),
    ...protectionLines(contexts, unmatchedProtections, options),
    ...noteLines(contexts, options),
    ...nextLines([...suggestionsOf(troubles), [missingRoles(contexts)], contexts.map(lockSuggestions)], options),
    ...notSelectedLines(contextsLeftOut, options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function toTroubles({context, problem}: CheckEntry): readonly Trouble[] {
  if (!problem) return []
  return [{name: context, class: problem.class, message: problem.message, note: '', suggestions: problem.suggestions}]
}

/** The command that makes a lock possible. */
function lockSuggestions({lock}: CheckEntry): readonly string[] {
  return lock?.state === 'missing-namespace' ? lock.suggestions.map((next) => `${next}  for the lock`) : []
}

/** The command that prints the missing roles. */
function missingRoles(contexts: readonly CheckEntry[]): readonly string[] {
  const denied = contexts.flatMap(({permissions}) =>
    permissions.filter(({essential, allowed}) => essential && !allowed),
  )
  const words = withRoles.filter((wanted) => denied.some(({purpose}) => purpose === wanted))
  if (words.length === 0) return []
  return [`hubspoke rbac ${words.map((word) => word.replace(' ', '-')).join(' ')}  to print the missing roles`]
}

function contextLines(contexts: readonly CheckEntry[], options: ViewOptions) {
  const {printable, width, color, wide} = options
  const usable = contexts.filter(({problem}) => problem === null)
  if (usable.length === 0) return []
  const palette = paletteFor(color)
  const guards = usable.some((entry) => entry.protected !== null)
  const rows = usable.map((entry) => [
    printable(contextIn(options)(entry.context)),
    printable(entry.version ?? '-'),
    entry.latencyMs === null ? '-' : formatDuration(entry.latencyMs),
    ...purposes.map((purpose) => {
      const text = allowance(entry.permissions.filter((permission) => permission.purpose === purpose))
      return {text, paint: text === 'yes' ? palette.success : text === '-' ? palette.quiet : palette.warning}
    }),
    cacheWords(entry.imageCache),
    lockCell(entry.lock, palette),
    ...(guards ? [entry.protected ? {text: 'PROTECTED', paint: palette.warning} : ''] : []),
    ...(wide ? [credentialsWords(entry), clockWords(entry), printable(entry.server), printable(entry.uid ?? '-')] : []),
  ])
  const titles = ['CONTEXT', 'VERSION', 'ANSWER', 'FIND', 'RESTART', 'CACHE REFRESH', 'IMAGE CACHE', 'LOCK']
  const protection = guards ? ['PROTECTION'] : []
  const columns = [
    ...titles,
    ...protection,
    ...(wide ? ['CREDENTIALS', 'CLOCK SKEW', 'SERVER', 'CLUSTER UID'] : []),
  ].map((title) => ({
    title,
  }))
  return [...renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet}), '']
}

/**
 * Whether the required permissions of the verb are granted: all, some, none. `mostly`: all of them, but not all optional
 * ones. `-`: not checked.
 */
function allowance(permissions: readonly CheckedPermission[]): string {
  const essential = permissions.filter((permission) => permission.essential)
  const allowed = essential.filter((permission) => permission.allowed).length
  if (permissions.length === 0) return '-'
  if (allowed < essential.length) return allowed === 0 ? 'no' : 'in part'
  return permissions.every((permission) => permission.allowed) ? 'yes' : 'mostly'
}

function lockCell(lock: CheckEntry['lock'], palette: ReturnType<typeof paletteFor>) {
  if (lock === null) return {text: '-', paint: palette.quiet}
  const words = {
    available: 'available',
    held: 'held',
    expired: 'expired',
    'missing-namespace': 'no namespace',
    forbidden: 'forbidden',
  } as const
  const text = lock.state === 'unknown' ? 'unknown' : words[lock.state]
  return {text, paint: lock.state === 'available' ? palette.success : palette.warning}
}

function cacheWords(cache: CheckEntry['imageCache']): string {
  if (cache === null) return '-'
  if (cache.state !== 'present') return cache.state
  const age = cache.ageMs === null ? '' : `, ${formatDuration(cache.ageMs)} old`
  return cache.workloads === null ? `present${age}` : `${countOf(cache.workloads, 'workload')}${age}`
}
