import type {CheckEntry, CheckedPermission, CheckReport} from '../model/report.ts'
import {renderColumns} from './columns.ts'
import type {Trouble} from './group-troubles.ts'
import {paletteFor} from './palette.ts'
import {nextLines, verdictLines} from './report-lines.ts'
import {suggestionsOf, type TroubleSection, troubleLines} from './trouble-lines.ts'
import type {ViewOptions} from './view-options.ts'
import {countOf, durationOf, someOf} from './words.ts'
import {wrapText} from './wrap-text.ts'

const purposes = ['find', 'restart', 'cache refresh'] as const

/** What `check` learned: contexts that cannot be used first, then one row per context, then what is not permitted. */
export function renderCheckTable({contexts, verdict}: CheckReport, options: ViewOptions): string {
  const troubles: TroubleSection[] = [
    {word: 'CANNOT BE USED', noun: 'context', tone: 'failure', troubles: contexts.flatMap(toTroubles)},
  ]
  const lines = [
    ...troubles.flatMap((section) => troubleLines(section, options)),
    ...contextLines(contexts, options),
    ...missingLines(contexts, options),
    ...nextLines(suggestionsOf(troubles), options),
    ...verdictLines(verdict, options),
  ]
  return `${lines.join('\n')}\n`
}

function toTroubles({context, problem}: CheckEntry): readonly Trouble[] {
  if (!problem) return []
  return [{name: context, class: problem.class, message: problem.message, note: '', suggestions: problem.suggestions}]
}

function contextLines(contexts: readonly CheckEntry[], {printable, width, color, wide}: ViewOptions) {
  const usable = contexts.filter(({problem}) => problem === null)
  if (usable.length === 0) return []
  const palette = paletteFor(color)
  const rows = usable.map((entry) => [
    printable(entry.context),
    printable(entry.version ?? '-'),
    entry.latencyMs === null ? '-' : durationOf(entry.latencyMs),
    ...purposes.map((purpose) => {
      const text = allowance(entry.permissions.filter((permission) => permission.purpose === purpose))
      return {text, paint: text === 'yes' ? palette.success : text === '-' ? palette.quiet : palette.warning}
    }),
    cacheWords(entry.imageCache),
    ...(wide ? [printable(entry.server), printable(entry.uid ?? '-')] : []),
  ])
  const titles = ['CONTEXT', 'VERSION', 'ANSWER', 'FIND', 'RESTART', 'CACHE REFRESH', 'IMAGE CACHE']
  const columns = [...titles, ...(wide ? ['SERVER', 'CLUSTER UID'] : [])].map((title) => ({title}))
  return [...renderColumns(columns, rows, {width: wide ? undefined : width, heading: palette.quiet}), '']
}

/** Is what the verb needs permitted: all of it, a part, nothing? `-` where nobody asked. */
function allowance(permissions: readonly CheckedPermission[]): string {
  const allowed = permissions.filter((permission) => permission.allowed).length
  if (permissions.length === 0) return '-'
  if (allowed === permissions.length) return 'yes'
  return allowed === 0 ? 'no' : 'in part'
}

function cacheWords(cache: CheckEntry['imageCache']): string {
  if (cache === null) return '-'
  if (cache.state !== 'present') return cache.state
  const age = cache.ageMs === null ? '' : `, ${durationOf(cache.ageMs)} old`
  return cache.workloads === null ? `present${age}` : `${countOf(cache.workloads, 'workload')}${age}`
}

/** What is not permitted, said once with the contexts that do not permit it. */
function missingLines(contexts: readonly CheckEntry[], {printable, width, wide}: ViewOptions): readonly string[] {
  const missing = new Map<string, string[]>()
  for (const {context, permissions} of contexts) {
    for (const {purpose, verb, resource, namespace, allowed} of permissions) {
      if (allowed) continue
      const where = namespace === null ? 'in all namespaces' : `in namespace ${namespace}`
      const key = `${purpose}: may not ${verb} ${resource} ${where}`
      missing.set(key, [...(missing.get(key) ?? []), context])
    }
  }
  if (missing.size === 0) return []
  const shown = (names: readonly string[]) => someOf(names, wide || width === undefined ? names.length : 5)
  const lines = [...missing].map(([what, names]) => `${what} (${shown(names)})`)
  return ['Not permitted:', ...lines.flatMap((line) => wrapText(printable(line), width, '  ')), '']
}
