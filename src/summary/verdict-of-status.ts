import type {ExitName} from '../model/exit-code.ts'
import type {Verdict} from '../model/report.ts'
import type {StatusCounts} from '../model/status-report.ts'
import {exitOfSignal, stopReasons} from '../model/stop.ts'
import {countOf, listOf} from '../shared/words.ts'
import {countPlaces, sameClusterGroups} from './entries.ts'
import {sameClusterOmissions, scopeOmissions, withOmissions} from './omissions.ts'
import {wasEveryContextRead, wasReadInFull} from './read-in-full.ts'
import type {StatusFacts} from './status-facts.ts'
import {hitBug, toVerdict} from './verdict.ts'
import {emptySentence, unreadSentence} from './verdict-sentences.ts'

/**
 * 0 only with evidence that every workload that runs the image is rolled out, or gone. 1 if one is stuck, paused or still rolling
 * out; 4 if a context or a workload could not be read; 5 if the deadline passed before; 3 if nothing matched.
 */
export function verdictOfStatus(facts: StatusFacts, counts: StatusCounts): Verdict {
  const verdict = toVerdict(exitOfStatus(facts, counts), (name) => sentenceOf(name, facts, counts))
  return withOmissions(verdict, [
    ...sameClusterOmissions(sameClusterGroups(facts.readings)),
    ...scopeOmissions(facts.scope, {isAnswer: true}),
  ])
}

function exitOfStatus(facts: StatusFacts, {stuck, paused, rollingOut, notReadable, rolledOut}: StatusCounts): ExitName {
  const {scope, readings, statuses, stoppedBy, allowEmpty} = facts
  const ofSignal = exitOfSignal(stoppedBy)
  if (ofSignal !== undefined) return ofSignal
  if (readings.some(hitBug) || statuses.some(({failure}) => failure?.class === 'internal')) return 'bug'
  const isInFull = readings.every(wasReadInFull) && notReadable === 0
  const open = stuck + paused + rollingOut
  if (stoppedBy !== undefined && (open > 0 || !isInFull)) return 'stopped-early'
  if (open > 0) return 'target-failed'
  if (!isInFull) return 'context-not-read'
  if (!wasEveryContextRead(scope, readings)) return 'bug'
  if (rolledOut > 0) return 'ok'
  return allowEmpty && readings.length > 0 ? 'ok' : 'nothing-matched'
}

function sentenceOf(name: ExitName, facts: StatusFacts, counts: StatusCounts): string {
  const {readings, stoppedBy} = facts
  switch (name) {
    case 'bug':
      return bugSentence(facts)
    case 'ok':
    case 'nothing-matched':
      return sentenceInFull(facts, counts)
    case 'target-failed': {
      const besides = readings.every(wasReadInFull) ? '' : `; ${lowerFirst(unreadSentence(readings))}`
      return `${upperFirst(countsOf(counts))}${besides}.`
    }
    case 'context-not-read': {
      const rest = counts.total === 0 ? 'nothing matched in what was read' : countsOf(counts)
      return readings.every(wasReadInFull) ? `${upperFirst(rest)}.` : `${unreadSentence(readings)}; ${rest}.`
    }
    default: {
      const rest = counts.total === 0 ? 'no rollout status was read' : countsOf(counts)
      return `${stoppedBy === undefined ? 'Stopped early' : stopReasons[stoppedBy].verdict}: ${rest}.`
    }
  }
}

/** Every context and every workload was read, and nothing is open. */
function sentenceInFull(
  {query, scope, statuses, readings}: StatusFacts,
  {total, rolledOut, gone}: StatusCounts,
): string {
  if (total === 0) return emptySentence(query, scope)
  if (rolledOut === 0) return `Every workload that ran "${query}" is gone, or runs another image now.`
  const clusters = countPlaces(statuses, readings)
  const all = `${countOf(total, 'workload')} in ${countOf(clusters, 'cluster')}`
  if (rolledOut === total) return `Rolled out: ${total === 1 ? all : `all ${all}`}.`
  return `Rolled out: ${rolledOut} of ${all}; ${countOf(gone, 'is gone', 'are gone')}.`
}

/** `of 5 workloads 2 are stuck, 1 is still rolling out and 2 are rolled out`. */
function countsOf(counts: StatusCounts): string {
  const words: readonly (readonly [number, string, string])[] = [
    [counts.stuck, 'is stuck', 'are stuck'],
    [counts.paused, 'is paused', 'are paused'],
    [counts.rollingOut, 'is still rolling out', 'are still rolling out'],
    [counts.notReadable, 'could not be read', 'could not be read'],
    [counts.gone, 'is gone', 'are gone'],
    [counts.rolledOut, 'is rolled out', 'are rolled out'],
  ]
  const parts = words.filter(([count]) => count > 0).map((word) => countOf(...word))
  return `of ${countOf(counts.total, 'workload')} ${listOf(parts)}`
}

function bugSentence({readings, statuses}: StatusFacts): string {
  const failures = [...readings.map(({problem}) => problem), ...statuses.map(({failure}) => failure)]
  const bug = failures.find((failure) => failure?.class === 'internal')
  return bug?.message ?? 'A bug in hubspoke: some of the requested results are missing.'
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
