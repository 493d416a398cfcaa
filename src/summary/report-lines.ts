import type {ClusterEntry} from '../model/cluster-entry.ts'
import type {Failure} from '../model/failure.ts'
import type {Verdict} from '../model/report.ts'
import type {ScopeEntry} from '../model/scope-entry.ts'
import type {ExcludedEntry} from '../model/workload-entry.ts'
import {formatDuration} from '../shared/duration.ts'
import {bytesOf, countOf, listOf} from '../shared/words.ts'
import {renderColumns} from './columns.ts'
import type {Trouble} from './group-troubles.ts'
import {paletteFor} from './palette.ts'
import {labelIn} from './target-names.ts'
import {targetsOfWords} from './targets-of-words.ts'
import type {TroubleSection} from './trouble-lines.ts'
import {contextIn, namesIn, showsAll, type ViewOptions} from './view-options.ts'
import {wrapText} from './wrap-text.ts'

const sourcesShown = 6

/** The contexts that could not be read, or only in part, each with the reason. */
export function unreadSections(clusters: readonly ClusterEntry[]): readonly TroubleSection[] {
  const notRead = clusters.flatMap(({context, problem}) => (problem ? [toTrouble(context, problem)] : []))
  const inPart = clusters.flatMap(({context, problem, unread}) =>
    (problem ? [] : unread).map(({kind, namespace, failure}) =>
      toTrouble(`${context}: ${kind}s in ${namespace === null ? 'all namespaces' : `namespace ${namespace}`}`, failure),
    ),
  )
  return [
    {word: 'NOT READ', noun: 'context', tone: 'failure', troubles: notRead},
    {word: 'READ IN PART', noun: 'list', tone: 'failure', troubles: inPart},
  ]
}

/** One place and its failure, as a trouble. */
export function toTrouble(name: string, failure: Failure): Trouble {
  return {name, class: failure.class, message: failure.message, note: '', suggestions: failure.suggestions}
}

/** Targets that match and were not acted on, each by name on a pipe or with `wide`. */
export function excludedLines(excluded: readonly ExcludedEntry[], options: ViewOptions): readonly string[] {
  return [...Map.groupBy(excluded, ({reason}) => reason)].flatMap(([reason, group]) => {
    const names = group.map((entry) => labelIn(options, entry))
    const them = group.length === 1 ? 'it' : 'them'
    const some = namesIn(options, names)
    const text = `Excluded, ${reason} (${group[0]?.include ?? ''} includes ${them}): ${some}.`
    return wrapText(options.printable(text), options.width).map(paletteFor(options.color).warning)
  })
}

/** Contexts that point at the same cluster as another one: its workloads are counted once. */
export function sameClusterLines(clusters: readonly ClusterEntry[], options: ViewOptions): readonly string[] {
  const groups = clusters.filter(
    ({context, sameClusterAs}, index) =>
      sameClusterAs.length > 0 &&
      clusters.findIndex((other) => [context, ...sameClusterAs].includes(other.context)) === index,
  )
  return groups.flatMap(({context, sameClusterAs}) => {
    const others = namesIn(options, sameClusterAs.map(contextIn(options)))
    return wrapText(
      options.printable(`Same cluster as ${contextIn(options)(context)}: ${others}; each workload is counted once.`),
      options.width,
    )
  })
}

/** Contexts of the kubeconfig that were not selected. */
export function notSelectedLines(contexts: readonly string[], options: ViewOptions): readonly string[] {
  if (contexts.length === 0) return []
  const some = namesIn(options, contexts.map(contextIn(options)))
  return wrapText(options.printable(`Not included: ${some} (not selected).`), options.width).map(
    paletteFor(options.color).quiet,
  )
}

/**
 * What was searched and what was not: an empty answer refers to the searched part only. Nothing was where a run or a file names the
 * targets, and where there is no kind: the contexts are the targets.
 */
export function scopeLines(scope: ScopeEntry, unread: readonly string[], options: ViewOptions): readonly string[] {
  const {printable, width} = options
  const {targetsOf, kinds, namespaces, selector, contexts, contextsLeftOut, notSearched} = scope
  const named = (names: readonly string[]) => namesIn(options, names.map(contextIn(options)))
  const quiet = paletteFor(options.color).quiet
  if (targetsOf !== null) {
    const text = `Searched: nothing; the targets are those of ${targetsOfWords(targetsOf)}.`
    return wrapText(printable(text), width).map(quiet)
  }
  if (kinds.length === 0) {
    const left = contextsLeftOut.length > 0 ? `; not selected: ${named(contextsLeftOut)}` : ''
    return wrapText(printable(`Contexts: ${contexts.length}${left}.`), width).map(quiet)
  }
  const looked = [
    kinds.map((kind) => `${kind}s`).join(', '),
    namespaces.length === 0 ? 'all namespaces' : `namespaces ${listOf(namespaces)}`,
    ...(selector === null ? [] : [`labels ${selector}`]),
    countOf(contexts.length, 'context'),
  ]
  const missed = [
    ...(unread.length > 0 ? [`${named(unread)} (not read in full)`] : []),
    ...(contextsLeftOut.length > 0 ? [`${named(contextsLeftOut)} (not selected)`] : []),
    ...(notSearched.otherNamespaces ? ['other namespaces'] : []),
    ...(notSearched.otherLabels ? ['workloads with other labels'] : []),
    [...notSearched.kinds.map((kind) => `${kind}s`), ...notSearched.resources].join(', '),
  ]
  const lines = [`Searched: ${looked.join('; ')}.`, `Not searched: ${missed.join('; ')}.`]
  return lines.flatMap((line) => wrapText(printable(line), width)).map(quiet)
}

/** The reason of a run, if one is given. */
export function reasonLines(reason: string | null | undefined, {printable, width}: ViewOptions): readonly string[] {
  return typeof reason === 'string' ? wrapText(printable(`Reason: ${reason}`), width) : []
}

/** For each context that was read: the source of the answer, its age, the number of workloads read, the cost. */
export function sourceLines(clusters: readonly ClusterEntry[], options: ViewOptions): readonly string[] {
  const {printable} = options
  const palette = paletteFor(options.color)
  const read = clusters.filter(({status}) => status !== 'not-read')
  if (read.length === 0) return []
  const shown = showsAll(options) ? read : read.slice(0, sourcesShown)
  const rows = shown.map(({context, tier, tierReason, cacheAgeMs, workloadsRead, cost}) => [
    printable(contextIn(options)(context)),
    tier ?? '-',
    cacheAgeMs === null ? '-' : formatDuration(cacheAgeMs),
    `${workloadsRead}`,
    `${cost.requests}`,
    ...(options.wide ? [bytesOf(cost.bytesRead)] : []),
    printable(tierReason ?? ''),
  ])
  const columns = [
    {title: 'CONTEXT'},
    {title: 'SOURCE'},
    {title: 'AGE'},
    {title: 'READ', align: 'right' as const},
    {title: 'REQUESTS', align: 'right' as const},
    ...(options.wide ? [{title: 'BYTES', align: 'right' as const}] : []),
    {title: 'WHY'},
  ]
  const rest = read.length - shown.length
  return [
    ...renderColumns(columns, rows, {width: options.wide ? undefined : options.width, heading: palette.quiet}),
    ...(rest > 0 ? [palette.quiet(`… and ${countOf(rest, 'more context')}; -o wide shows all.`)] : []),
  ]
}

/** The same in a sentence, for views in which the results matter more than the cost. */
export function sourceSentence(clusters: readonly ClusterEntry[], options: ViewOptions): readonly string[] {
  const read = clusters.filter(({status, tier}) => status !== 'not-read' && tier !== null)
  if (read.length === 0) return []
  const parts = [...Map.groupBy(read, ({tier, tierReason}) => `${tier} (${tierReason ?? '-'})`)].map(([source, of]) => {
    const oldest = Math.max(...of.map(({cacheAgeMs}) => cacheAgeMs ?? -1))
    const age = oldest < 0 ? '' : `, ${of.length === 1 ? '' : 'at most '}${formatDuration(oldest)} old`
    return `${source}${age} in ${countOf(of.length, 'context')}`
  })
  const requests = read.reduce((sum, {cost}) => sum + cost.requests, 0)
  const text = `Source: ${parts.join('; ')}. ${countOf(requests, 'request')}; -o wide shows them by context.`
  return wrapText(options.printable(text), options.width).map(paletteFor(options.color).quiet)
}

/** The last line of every view: the exit code and what it means here. */
export function verdictLines({code, sentence}: Verdict, options: ViewOptions): readonly string[] {
  const palette = paletteFor(options.color)
  const paint = code === 0 ? palette.success : palette.failure
  return wrapText(options.printable(`Exit ${code}: ${sentence}`), options.width).map(paint)
}
