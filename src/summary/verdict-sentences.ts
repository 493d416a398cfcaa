import type {ClusterReading, Scope} from '../model/cluster.ts'
import {declinedSentence} from '../model/declined-sentence.ts'
import type {ExitName} from '../model/exit-code.ts'
import type {FailureClass} from '../model/failure.ts'
import type {Counts} from '../model/report.ts'
import type {Retried, RunFacts} from '../model/run-facts.ts'
import {type StopReason, stopReasons} from '../model/stop.ts'
import type {Undo} from '../model/undo.ts'
import {countOf, listOf} from '../shared/words.ts'
import {countOutcomes} from './count-outcomes.ts'
import {nothingMatched} from './nothing-matched.ts'
import {wasReadInFull} from './read-in-full.ts'
import {targetsOfWords} from './targets-of-words.ts'

/** One line for people that explains the exit of a run. */
export function sentenceOfRun(name: ExitName, facts: RunFacts): string {
  const counts = countOutcomes(facts.results)
  switch (name) {
    case 'hung-up':
    case 'interrupted':
    case 'terminated':
      if (facts.consent === 'cancelled') return 'Cancelled. Nothing was written.'
      return `${stopWords(facts.stoppedBy)}: ${outcomesOf(counts)}${undone(facts)}.`
    case 'declined':
      return counts.notRun === counts.total
        ? declinedSentence(facts.declinedBecause)
        : `Declined between waves: ${outcomesOf(counts)}${undone(facts)}.`
    case 'stopped-early':
      return `${hasNotRun(facts) ? stopWords(facts.stoppedBy) : 'The ledger is incomplete'}: ${outcomesOf(counts)}${undone(facts)}.`
    case 'target-failed':
      return `${failedTargets(facts, counts)}${undone(facts)}${unreadBesides(facts)}.`
    case 'context-not-read':
      return `${unreadSentence(facts.readings)}; ${restOfTargets(facts, counts)}.`
    case 'nothing-matched':
      return emptyRun(facts)
    case 'ok':
      return nothingMatched(facts) ? emptySuccess(facts) : `${allTargets(facts, counts)}.`
    default:
      return bugSentence(facts)
  }
}

function emptySuccess(facts: RunFacts): string {
  if (facts.retryOf !== undefined) return nothingLeft(facts.retryOf, facts.excluded.length)
  if (facts.hasWrittenBefore) return `${emptyRun(facts)} An earlier invocation of this run has written to its targets.`
  return `${emptyRun(facts).slice(0, -1)}; --allow-empty counts that as success.`
}

/** "Nothing runs it" must not be said if an excluded workload runs it. */
function emptyRun({arguments: args, scope, excluded, results}: RunFacts): string {
  const {image} = args
  const {targetsOf} = scope
  if (targetsOf !== undefined) {
    return emptyNamed(targetsOfWords(targetsOf), image, {gone: results.length, excluded: excluded.length})
  }
  if (excluded.length === 0) return emptySentence(image, scope)
  const [run, match, are] = excluded.length === 1 ? ['runs', 'matches', 'is'] : ['run', 'match', 'are']
  const what = typeof image === 'string' ? `${run} "${image}"` : match
  return `${countOf(excluded.length, 'workload')} ${what} but ${are} excluded.`
}

function emptyNamed(
  named: string,
  image: unknown,
  {gone, excluded}: Readonly<Record<'gone' | 'excluded', number>>,
): string {
  const parts = [
    ...(gone > 0 ? [`${countOf(gone, 'is gone or does', 'are gone or do')} not run "${image}"`] : []),
    ...(excluded > 0 ? [countOf(excluded, 'is excluded', 'are excluded')] : []),
  ]
  return parts.length === 0 ? `There are no targets in ${named}.` : `No target of ${named} matches: ${listOf(parts)}.`
}

function nothingLeft({id, wasBlind}: Retried, notTaken: number): string {
  if (notTaken === 0 && wasBlind) {
    return `Nothing planned by the run ${id} is left to do; contexts that it could not read were not in its plan.`
  }
  if (notTaken === 0)
    return `Nothing is left to retry: every target of the run ${id} ended in the desired state. What they are now was not read.`
  return `No selected target is left to retry; ${countOf(notTaken, 'other target')} of the run ${id} ${notTaken === 1 ? 'is' : 'are'} open.`
}

/** Is there a target that was not run? */
export function hasNotRun({results}: Pick<RunFacts, 'results'>): boolean {
  return results.some(({outcome}) => outcome === 'not-run')
}

const stopWords = (reason: StopReason | undefined) =>
  reason === undefined ? 'Stopped early' : stopReasons[reason].verdict

/** `of 9 targets 4 succeeded, 2 are unverified and 3 were not run`. */
function outcomesOf(counts: Counts): string {
  if (counts.total === 0) return 'no target was planned yet'
  return `of ${countOf(counts.total, 'target')} ${listOf(outcomeWords(counts))}`
}

function outcomeWords(counts: Counts): readonly string[] {
  const words: readonly (readonly [number, string, string])[] = [
    [counts.failed, 'failed', 'failed'],
    [counts.unverified, 'is unverified', 'are unverified'],
    [counts.succeeded, 'succeeded', 'succeeded'],
    [counts.unchanged, 'was unchanged', 'were unchanged'],
    [counts.skipped, 'was skipped', 'were skipped'],
    [counts.notRun, 'was not run', 'were not run'],
  ]
  return words.filter(([count]) => count > 0).map((words) => countOf(...words))
}

function failedTargets({results, dryRun}: RunFacts, counts: Counts): string {
  const stuck = results.filter(({outcome, failure}) => outcome === 'skipped' && failure !== undefined).length
  const parts: string[] = []
  const add = (count: number, one: string, many: string) => {
    if (count === 0) return
    const number = parts.length === 0 ? `${count} of ${countOf(counts.total, 'target')}` : `${count}`
    parts.push(`${number} ${count === 1 ? one : many}`)
  }
  if (dryRun === 'client') add(counts.failed, 'would fail', 'would fail')
  else add(counts.failed, 'failed', 'failed')
  add(counts.unverified, 'is unverified', 'are unverified')
  add(stuck, 'could not be acted on', 'could not be acted on')
  return listOf(parts) + (dryRun === null ? '' : ' (dry run; nothing was written)')
}

/** The outcomes of the undo of failed targets; empty if nothing was to be undone. */
function undone({results}: RunFacts): string {
  const count = (outcome: Undo['outcome']) => results.filter(({undo}) => undo?.outcome === outcome).length
  const words = [
    [count('undone'), 'was undone', 'were undone'],
    [count('not-undone'), 'could not be undone', 'could not be undone'],
    [count('unverified'), 'may have been undone', 'may have been undone'],
  ] as const
  const parts = words.flatMap(([number, one, many]) => (number === 0 ? [] : [countOf(number, one, many)]))
  return parts.length === 0 ? '' : `; ${listOf(parts)}`
}

function unreadBesides({readings}: RunFacts): string {
  const unread = readings.filter((reading) => !wasReadInFull(reading))
  return unread.length === 0 ? '' : `; ${lowerFirst(unreadSentence(readings))}`
}

/** `Cannot reach 1 of 3 contexts`: the words of the class, if all unread contexts have the same class. */
export function unreadSentence(readings: readonly ClusterReading[]): string {
  const unread = readings.filter((reading) => !wasReadInFull(reading))
  const classes = new Set(
    unread.map(({problem}) => (problem ? (unreadWords[problem.class] ?? 'Cannot read') : 'partial')),
  )
  const [only] = classes
  const contexts = `${unread.length} of ${countOf(readings.length, 'context')}`
  if (classes.size > 1 && classes.has('partial')) return `Cannot read ${contexts} in full`
  if (classes.size > 1 || only === undefined) return `Cannot read ${contexts}`
  return only === 'partial' ? `${contexts} could be read only in part` : `${only} ${contexts}`
}

const unreadWords: Readonly<Partial<Record<FailureClass, string>>> = {
  unreachable: 'Cannot reach',
  timeout: 'No answer in time from',
  unauthenticated: 'No valid credentials for',
  forbidden: 'Not allowed to read',
}

function restOfTargets(facts: RunFacts, counts: Counts): string {
  if (nothingMatched(facts)) {
    return facts.excluded.length === 0 ? 'nothing matched in what was read' : lowerFirst(emptyRun(facts).slice(0, -1))
  }
  const inPart = facts.readings.some(({problem, unread}) => problem === undefined && unread.length > 0)
  const found = `the ${counts.total === 1 ? 'one target' : `${counts.total} targets`} found${inPart ? '' : ' elsewhere'}`
  if (facts.dryRun === 'client') return `${found} would be acted on (dry run; nothing was written)`
  if (counts.succeeded === counts.total) return `${found} ${succeeded(facts, counts)}`
  return `of ${found} ${listOf(outcomeWords(counts))}`
}

function allTargets(facts: RunFacts, counts: Counts): string {
  const all = counts.total === 1 ? 'The only target' : `All ${countOf(counts.total, 'target')}`
  if (facts.dryRun === 'client') return `${countOf(counts.total, 'target')} planned, nothing was written (dry run)`
  if (counts.succeeded === counts.total) return `${all} ${succeeded(facts, counts)}`
  return `${all} ${counts.total === 1 ? 'is' : 'are'} in the desired state: ${listOf(outcomeWords(counts))}`
}

function succeeded({dryRun, waited}: RunFacts, {total}: Counts): string {
  if (dryRun === 'server') return 'would be accepted (dry run; nothing was written)'
  if (waited) return 'succeeded'
  return `${total === 1 ? 'was' : 'were'} accepted, not waited for`
}

/** `Nothing runs "nginx" among Deployments in all namespaces of 3 contexts.` */
export function emptySentence(image: unknown, scope: Scope): string {
  if (scope.contexts.length === 0) return 'There is no context to search.'
  const what = typeof image === 'string' ? `Nothing runs "${image}"` : 'Nothing matched'
  const namespaces = scope.namespaces.length === 0 ? 'all namespaces' : listOf(scope.namespaces)
  return `${what} among ${listOf(scope.kinds.map((kind) => `${kind}s`))} in ${namespaces} of ${countOf(scope.contexts.length, 'context')}.`
}

function bugSentence({results, readings}: RunFacts): string {
  const failures = [...results.map(({failure}) => failure), ...readings.map(({problem}) => problem)]
  const bug = failures.find((failure) => failure?.class === 'internal')
  return bug?.message ?? 'A bug in hubspoke: the run ended, and some of its results are missing.'
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
