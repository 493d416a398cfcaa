import {
  type RolloutState,
  rolloutStates,
  type StatusCounts,
  type StatusEntry,
  type StatusReport,
} from '../model/status-report.ts'
import {cachedOnlyEntries, clusterEntry, sameClusterGroups, scopeEntry} from './entries.ts'
import {groupTroubles, type Trouble} from './group-troubles.ts'
import {nearImageCommands, nearImageEntries} from './near-images.ts'
import type {StatusFacts} from './status-facts.ts'
import {verdictOfStatus} from './verdict-of-status.ts'
import {placeName} from './view-options.ts'

/** The report of `status`: a pure function of its facts. */
export function summarizeStatus(facts: StatusFacts): StatusReport {
  const {query, watched, scope, readings, statuses} = facts
  const cachedOnly = cachedOnlyEntries(readings)
  const sameCluster = sameClusterGroups(readings)
  const near = statuses.length + cachedOnly.length === 0 ? nearImageEntries(readings) : []
  const counts = countStatuses(statuses)
  return {
    schemaVersion: 1,
    type: 'StatusReport',
    query,
    watched,
    scope: scopeEntry(scope),
    clusters: readings.map((reading) => clusterEntry(reading, sameCluster)),
    workloads: rolloutStates.flatMap((state) => grouped(statuses.filter(({status}) => status === state))),
    cachedOnly,
    nearImages: near,
    suggestions: nearImageCommands(near),
    counts,
    verdict: verdictOfStatus(facts, counts),
  }
}

function countStatuses(statuses: readonly StatusEntry[]): StatusCounts {
  const count = (state: RolloutState) => statuses.filter(({status}) => status === state).length
  return {
    total: statuses.length,
    rolledOut: count('rolled-out'),
    rollingOut: count('rolling-out'),
    stuck: count('stuck'),
    paused: count('paused'),
    gone: count('gone'),
    notReadable: count('not-readable'),
  }
}

/** Those with the same cause together, the largest group first. Without a cause, or a failure, the order is unchanged. */
function grouped(entries: readonly StatusEntry[]): readonly StatusEntry[] {
  const entryOf = new Map(entries.map((entry) => [troubleOfStatus(entry), entry]))
  return groupTroubles([...entryOf.keys()]).flatMap(({troubles}) =>
    troubles.flatMap((trouble) => entryOf.get(trouble) ?? []),
  )
}

/** A workload as an entry of a list of problems. */
export function troubleOfStatus(entry: StatusEntry): Trouble {
  const {cause, failure, suggestions} = entry
  return {
    name: placeName(entry),
    class: cause?.reason ?? failure?.class ?? '',
    message: cause?.message ?? failure?.message ?? '',
    note: '',
    suggestions: [...new Set([...suggestions, ...(failure?.suggestions ?? [])])],
  }
}
