import type {CheckEntry, CheckedPermission} from '../model/check-report.ts'
import {formatDuration} from '../shared/duration.ts'
import {listOf} from '../shared/words.ts'
import {namesIn, type ViewOptions} from './view-options.ts'
import {sectionLines} from './wrap-text.ts'

type Entries = readonly CheckEntry[]

/** Smaller differences between two clocks are not reported. */
const skewWorthSayingMs = 30_000
/** Credentials that expire sooner, and are not renewed automatically, are reported. */
const soonMs = 7 * 24 * 3_600_000

const byNameNote =
  'A role may still allow get and patch of single workloads by name: each is checked before it is written.'

/**
 * Missing permissions, each once with the commands and the contexts that it affects: required ones first,
 * then optional ones, grouped by the effect of their absence.
 */
export function missingLines(contexts: Entries, options: ViewOptions): readonly string[] {
  const missing = contexts.flatMap(({context, permissions}) =>
    permissions.filter(({allowed}) => !allowed).map((permission) => ({context, permission})),
  )
  const shown = (names: readonly string[]) => namesIn(options, names)
  const essential = missing.filter(({permission}) => permission.essential)
  const needed = [...Map.groupBy(essential, ({permission}) => grantOf(permission))].map(
    ([grant, group]) => `${purposesOf(group)}: may not ${grant} (${shown(contextsOf(group))})`,
  )
  const others = missing.filter(({permission}) => !permission.essential)
  const lesser = [...Map.groupBy(others, ({permission}) => permission.without)].map(([without, group]) => {
    const grants = listOf([...new Set(group.map(({permission}) => grantOf(permission)))])
    return `${purposesOf(group)}: ${without}; may not ${grants} (${shown(contextsOf(group))})`
  })
  const byName = essential.some(({permission}) => permission.mayBeByName) ? [byNameNote] : []
  return [
    ...sectionLines('Not permitted:', [...needed, ...byName], options),
    ...sectionLines('Optional permissions missing:', lesser, options),
  ]
}

/** Notes: contexts of the same cluster, clocks that differ, credentials that expire soon. */
export function noteLines(contexts: Entries, options: ViewOptions): readonly string[] {
  const usable = contexts.filter(({problem}) => problem === null)
  const notes = [...sameClusterNotes(usable, options), ...clockNotes(usable, options), ...endNotes(usable, options)]
  return sectionLines('Notes:', notes, options)
}

/** When the credentials expire, in a few words; `-`: not known. */
export function credentialsWords({credentials}: CheckEntry): string {
  if (credentials === null) return '-'
  const {leftMs, renewed} = credentials
  if (leftMs <= 0) return 'ended'
  return `${formatDuration(leftMs)} left${renewed ? ', renewed' : ''}`
}

/** The difference between this machine's clock and that of the server. */
export function clockWords({clockSkewMs}: CheckEntry): string {
  if (clockSkewMs === null) return '-'
  if (Math.abs(clockSkewMs) <= skewWorthSayingMs) return 'none'
  return `${formatDuration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead' : 'behind'}`
}

interface Missing {
  readonly context: string
  readonly permission: CheckedPermission
}

function purposesOf(missing: readonly Missing[]): string {
  return listOf([...new Set(missing.map(({permission}) => permission.purpose))])
}

function contextsOf(missing: readonly Pick<Missing, 'context'>[]): readonly string[] {
  return [...new Set(missing.map(({context}) => context))]
}

/** `patch deployments.apps in all namespaces`, `get namespaces "kube-system"` */
function grantOf({verb, resource, namespace, name}: CheckedPermission): string {
  const what = `${verb} ${resource}${name === null ? '' : ` "${name}"`}`
  if (namespace !== null) return `${what} in namespace ${namespace}`
  return resource === 'namespaces' ? what : `${what} in all namespaces`
}

/** Every group of contexts once, by its first. */
function sameClusterNotes(contexts: Entries, options: ViewOptions): readonly string[] {
  const groups = contexts
    .filter(({sameClusterAs}) => sameClusterAs.length > 0)
    .map(({context, sameClusterAs}) => [context, ...sameClusterAs].sort())
  const distinct = new Map(groups.map((names) => [JSON.stringify(names), names]))
  return [...distinct.values()].map((names) => `${namesIn(options, names)} point at the same cluster.`)
}

function clockNotes(contexts: Entries, options: ViewOptions): readonly string[] {
  const off = contexts.filter(({clockSkewMs}) => Math.abs(clockSkewMs ?? 0) > skewWorthSayingMs)
  return [...Map.groupBy(off, clockWords)].map(([words, entries]) => {
    const of = words.endsWith('ahead') ? 'ahead of' : 'behind'
    const names = namesIn(options, contextsOf(entries))
    return `The clock of this machine is ${words.replace(/ \w+$/, '')} ${of} that of ${names}.`
  })
}

function endNotes(contexts: Entries, options: ViewOptions): readonly string[] {
  const soon = contexts.filter(({credentials}) => credentials && !credentials.renewed && credentials.leftMs < soonMs)
  return [...Map.groupBy(soon, credentialsWords)].map(([words, entries]) => {
    const names = namesIn(options, contextsOf(entries))
    const when = words === 'ended' ? 'have ended' : `end in ${words.replace(/ left$/, '')}`
    return `The credentials of ${names} ${when}, by the clock of the server.`
  })
}
