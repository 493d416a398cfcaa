import {otherEndpoints} from '../../distribution/lock/require-one-cluster.ts'
import {failureBudget} from '../../distribution/pace/failure-budget.ts'
import type {Agreement} from '../../hub/contract.ts'
import type {PlanView} from '../../model/plan-view.ts'
import type {Proposal} from '../../model/proposal.ts'
import {formatDuration} from '../../shared/duration.ts'
import type {CommandPlace} from '../../shared/suggested-command.ts'
import {countOf} from '../../shared/words.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {confirmedContexts, needlessConfirmations} from '../protection/confirm-protected.ts'
import {findProtected} from '../protection/find-protected.ts'
import {unmatchedProtections, unmatchedSentence} from '../protection/matching-protections.ts'
import type {IdentifiedContext} from '../protection/protected-clusters.ts'
import {viewOptions} from '../views.ts'
import {askConsent, consentSentence, openConfirmation} from './consent.ts'
import type {ConsentSettings} from './consent-settings.ts'
import {type PlanSubject, planView} from './plan-view.ts'

/**
 * Shows the plan on stderr and asks whether to carry it out. Nothing is asked when nothing would be written.
 *
 * @throws HubspokeError of class `usage` at once where a confirmed name is no context, and with the plan where consent is
 * missing and there is no terminal
 */
export function agreeToPlan(
  subject: PlanSubject,
  settings: ConsentSettings,
  {runtime, clusters, session, place}: {runtime: Runtime; clusters: Clusters; session: Session; place: CommandPlace},
): (proposal: Proposal) => Promise<Agreement> {
  const confirmed = confirmedContexts(settings.consent.confirmed, clusters.all)
  const agree = async (proposal: Proposal): Promise<Agreement> => {
    const planned = proposal.targets.length
    const {pace, consent: given, dryRun} = settings
    const waves = {
      pause: pauseWords(settings),
      maxFailures: failureBudget(pace.maxFailures, planned) ?? planned,
    }
    const {clock} = runtime
    const {signal} = session.stop
    const protectedClusters = await findProtected(...identified(proposal), clusters, {clock, signal})
    const unmatched = unmatchedProtections(clusters.all, clusters.protections).map(unmatchedSentence)
    const needless = needlessConfirmations(protectedClusters, confirmed)
    const notes = [...(proposal.notes ?? []), ...unmatched, ...needless, ...unprovenWays(proposal, clusters)]
    const counting = protectedClusters.map(({context}) => context).filter((context) => confirmed.includes(context))
    const consent = dryRun === null ? consentSentence({yes: given.yes, confirmed: counting}, runtime) : undefined
    const view = {
      ...planView(proposal, {...subject, reason: settings.reason, undoFailed: pace.undoFailed ?? false}, waves),
      protected: protectedClusters,
      notes,
      consent,
    }
    if (!settings.quiet || runtime.terminal) {
      const {renderPlan} = await import('../../summary/plan-table.ts')
      runtime.stderr.write(
        `${renderPlan(view, viewOptions(runtime.stderr, runtime.env, {place, wide: settings.wide}))}\n`,
      )
    }
    if (dryRun !== null) return {agreed: true}
    if (planned === proposal.refusals.size) return {agreed: false}
    const request = {
      question: questionOf(view, planned),
      protectedClusters,
      yes: given.yes,
      all: clusters.all,
      confirmed,
      reason: settings.reason,
      confirmation: openConfirmation(subject.text.confirmation, given.additional),
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
  const used = new Set(targets.map(({via}) => via))
  const read = discovery.readings.map(({context, identity}) => ({context, identity}))
  return [read.filter(({context}) => used.has(context.name)), read]
}

function questionOf({text, clusters, retry}: PlanView, targets: number): string {
  const count = clusters.filter((cluster) => cluster.targets > 0).length
  const where = text.target === text.place ? '' : ` in ${countOf(count, text.place)}`
  const what = `${countOf(targets, text.target)}${where}?`
  // What the run has written already is only watched.
  return retry === undefined ? `${text.question} ${what}` : `Retry ${text.again} ${what}`
}

/** For the plan: `5m`, `ask`, or nothing. */
function pauseWords({pace: {pauseMs}, asksBetweenWaves}: Pick<ConsentSettings, 'pace' | 'asksBetweenWaves'>) {
  if (asksBetweenWaves) return 'ask'
  return pauseMs === undefined ? undefined : formatDuration(pauseMs)
}
