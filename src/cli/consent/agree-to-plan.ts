import {otherEndpoints} from '../../distribution/lock/require-one-cluster.ts'
import type {Agreement, Proposal} from '../../hub/contract.ts'
import type {PlanView} from '../../model/plan-view.ts'
import type {CommandPlace} from '../../shared/suggested-command.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {confirmedContexts, needlessConfirmations} from '../protection/confirm-protected.ts'
import {findProtected} from '../protection/find-protected.ts'
import {unmatchedProtections, unmatchedSentence} from '../protection/matching-protections.ts'
import type {IdentifiedContext} from '../protection/protected-clusters.ts'
import {maxFailuresOf} from '../run/run-request.ts'
import {pauseWords, type WaveFlags} from '../run/wave-request.ts'
import {viewOptions} from '../views.ts'
import {askConsent, consentSentence} from './consent.ts'
import {type PlanSubject, planView} from './plan-view.ts'

export interface ConsentFlags extends Pick<WaveFlags, 'waves' | 'pause'> {
  readonly yes: boolean
  readonly confirm?: readonly string[] | undefined
  readonly quiet: boolean
  readonly 'dry-run'?: string | undefined
  readonly 'max-failures'?: string | undefined
  readonly output?: string
}

/**
 * Shows the plan on stderr and asks whether to carry it out. Nothing is asked when nothing would be written.
 *
 * @throws HubspokeError of class `usage` at once where `--confirm` names no context, and with the plan where consent is
 * missing and nobody can be asked
 */
export function agreeToPlan(
  subject: PlanSubject,
  flags: ConsentFlags,
  {runtime, clusters, session, place}: {runtime: Runtime; clusters: Clusters; session: Session; place: CommandPlace},
): (proposal: Proposal) => Promise<Agreement> {
  const confirmed = confirmedContexts(flags.confirm ?? [], clusters.all)
  const agree = async (proposal: Proposal): Promise<Agreement> => {
    const pace = {
      pause: pauseWords(flags),
      maxFailures: maxFailuresOf(proposal.targets.length, flags) ?? proposal.targets.length,
    }
    const {clock} = runtime
    const {signal} = session.stop
    const protectedClusters = await findProtected(...identified(proposal), clusters, {clock, signal})
    const unmatched = unmatchedProtections(clusters.all, clusters.protections).map(unmatchedSentence)
    const needless = needlessConfirmations(protectedClusters, confirmed)
    const notes = [...unmatched, ...needless, ...unprovenWays(proposal, clusters)]
    const counting = protectedClusters.map(({context}) => context).filter((context) => confirmed.includes(context))
    const consent = flags['dry-run'] ? undefined : consentSentence({yes: flags.yes, confirmed: counting}, runtime)
    const view = {...planView(proposal, subject, pace), protected: protectedClusters, notes, consent}
    if (!flags.quiet || runtime.terminal) {
      const {renderPlan} = await import('../../summary/plan-table.ts')
      runtime.stderr.write(
        `${renderPlan(view, viewOptions(runtime.stderr, runtime.env, {place, wide: flags.output === 'wide'}))}\n`,
      )
    }
    if (flags['dry-run']) return {agreed: true}
    if (proposal.targets.length === proposal.refusals.size) return {agreed: false}
    const request = {
      question: questionOf(view, proposal.targets.length),
      protectedClusters,
      yes: flags.yes,
      all: clusters.all,
      confirmed,
      reason: subject.reason,
    }
    const from = clock.now()
    const agreement = await askConsent(request, runtime, signal)
    return {...agreement, askedMs: clock.now() - from}
  }
  return (proposal) => session.aside(() => agree(proposal), {beforeWrites: true})
}

/** Contexts that report one cluster and go different ways: the lock is the proof, and there is none yet. */
function unprovenWays({sameCluster}: Proposal, {endpointOf}: Clusters): readonly string[] {
  return sameCluster.flatMap(({contexts: [first = '', ...more]}) => {
    const others = otherEndpoints(first, more, {endpoint: endpointOf})
    if (others.length === 0) return []
    const names = [first, ...others].map((name) => `"${name}"`).join(', ')
    return [
      `${names} report the same cluster at different addresses. The lock has to show that it is one cluster before anything is written.`,
    ]
  })
}

/** The contexts that the plan writes through, and all that were read. */
function identified({targets, discovery}: Proposal): [planned: IdentifiedContext[], read: IdentifiedContext[]] {
  const used = new Set(targets.map(({context}) => context))
  const read = discovery.readings.map(({context, identity}) => ({context, identity}))
  return [read.filter(({context}) => used.has(context.name)), read]
}

function questionOf({verb, clusters, retry}: PlanView, targets: number): string {
  const count = clusters.filter((cluster) => cluster.targets > 0).length
  const amount = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
  const what = `${amount(targets, 'workload')} in ${amount(count, 'cluster')}?`
  // What the run has written already is only watched.
  if (retry !== undefined) return `Retry the ${verb} of ${what}`
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${what}`
}
