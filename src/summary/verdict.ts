import type {ClusterReading} from '../model/cluster.ts'
import {type ExitName, exitCodes} from '../model/exit-code.ts'
import type {Verdict} from '../model/report.ts'
import {isInDesiredState, type SpokeResult} from '../model/result.ts'
import type {RunFacts} from '../model/run-facts.ts'
import {exitOfSignal} from '../model/stop.ts'
import {nothingMatched} from './nothing-matched.ts'
import {runOmissions, withOmissions} from './omissions.ts'
import {wasEveryContextRead, wasReadInFull} from './read-in-full.ts'
import {hasNotRun, sentenceOfRun} from './verdict-sentences.ts'

/** The code a run ends with and the one line that explains it. */
export function verdictOfRun(facts: RunFacts): Verdict {
  return withOmissions(
    toVerdict(exitOfRun(facts), (name) => sentenceOfRun(name, facts)),
    runOmissions(facts),
  )
}

export function toVerdict(name: ExitName, sentence: (name: ExitName) => string): Verdict {
  return {code: exitCodes[name].code, name, sentence: sentence(name)}
}

/**
 * The policy: the most actionable fact wins, in the order signal, bug, declined, stopped early, failed target, context
 * not read, nothing matched. A retry, or a run that has written before, succeeds without anything left to do. Success requires evidence: every selected context was read in full and every
 * planned target is in the desired state. Anything else is a bug, never a success.
 */
function exitOfRun(facts: RunFacts): ExitName {
  const {stoppedBy, results, readings, scope} = facts
  const ofSignal = exitOfSignal(stoppedBy)
  if (ofSignal !== undefined) return ofSignal
  if (endedInBug(facts)) return 'bug'
  if (facts.declined || stoppedBy === 'gate') return 'declined'
  if (facts.ledgerIsIncomplete || (stoppedBy !== undefined && hasNotRun(facts))) return 'stopped-early'
  if (results.some(needsAttention)) return 'target-failed'
  if (!readings.every(wasReadInFull)) return 'context-not-read'
  if (!wasEveryContextRead(scope, readings)) return 'bug'
  if (nothingMatched(facts)) return exitOfNothing(facts)
  return results.every((result) => isInDesiredState(result) || isOnlyPlanned(result, facts)) ? 'ok' : 'bug'
}

function exitOfNothing({retryOf, hasWrittenBefore, allowEmpty, readings}: RunFacts): ExitName {
  if (retryOf !== undefined || hasWrittenBefore) return 'ok'
  // Without any context there is no evidence: --allow-empty does not cover that.
  return allowEmpty && readings.length > 0 ? 'ok' : 'nothing-matched'
}

function endedInBug({results, readings}: RunFacts): boolean {
  return results.some(({failure}) => failure?.class === 'internal') || readings.some(hitBug)
}

/** Whether a part of this reading ended in an unexpected error. */
export function hitBug({problem, unread}: ClusterReading): boolean {
  return problem?.class === 'internal' || unread.some(({failure}) => failure.class === 'internal')
}

/** Whether this target needs attention. Targets that never started are explained by the reason of the stop. */
function needsAttention(result: SpokeResult): boolean {
  return result.outcome !== 'not-run' && !isInDesiredState(result)
}

/** With `--dry-run=client`, no write is the expected result. */
function isOnlyPlanned({outcome, failure}: SpokeResult, {dryRun}: RunFacts): boolean {
  return dryRun === 'client' && outcome === 'not-run' && failure === undefined
}
