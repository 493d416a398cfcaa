import type {Distribution} from '../distribution/distribute.ts'
import type {Proposal} from '../model/proposal.ts'
import type {RunFacts} from '../model/run-facts.ts'
import type {StopReason} from '../model/stop.ts'

/** The results of a plan that was not carried out: nothing was sent, and what preflight refused is still said. */
export function notRun(
  {targets, refusals, waves}: Proposal,
  dryRun: RunFacts['dryRun'],
  stoppedBy: StopReason | undefined,
): Distribution {
  const reason = stoppedBy ? `stopped before it began (${stoppedBy})` : dryRun ? 'dry run' : 'declined'
  const results = targets.map((target) => {
    const failure = refusals.get(target.key)
    const common = {target, attempts: 0, durationMs: 0}
    return failure
      ? {...common, outcome: 'failed' as const, reason: failure.message, failure}
      : {...common, outcome: 'not-run' as const, reason}
  })
  return {results, stoppedBy, waves: waves.map(() => 'not-started')}
}
