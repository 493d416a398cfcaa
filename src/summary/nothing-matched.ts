import {isInDesiredState, type SpokeResult} from '../model/result.ts'
import type {RunFacts} from '../model/run-facts.ts'

/** Whether no target was found; of a file, whether none of its targets is there and runs the image. */
export function nothingMatched({results, scope}: Pick<RunFacts, 'results' | 'scope'>): boolean {
  return results.length === 0 || (scope.targetsOf?.type === 'file' && results.every(endedInPlan))
}

/** No spoke was started for it, and it needs no attention. */
function endedInPlan(result: SpokeResult): boolean {
  return result.outcome === 'skipped' && result.attempts === 0 && isInDesiredState(result)
}
