import type {Agreement, Proposal} from '../../hub/contract.ts'
import type {PlanView} from '../../model/plan-view.ts'
import type {Clusters} from '../clusters.ts'
import type {Runtime} from '../process/runtime.ts'
import type {Session} from '../process/session.ts'
import {maxFailuresOf} from '../run/run-request.ts'
import {pauseWords, type WaveFlags} from '../run/wave-request.ts'
import {viewOptions} from '../views.ts'
import {askConsent} from './consent.ts'
import {type PlanSubject, planView} from './plan-view.ts'
import {protectedClusters} from './protected-clusters.ts'

export interface ConsentFlags extends Pick<WaveFlags, 'waves' | 'pause'> {
  readonly yes: boolean
  readonly confirm?: readonly string[] | undefined
  readonly quiet: boolean
  readonly 'dry-run'?: string | undefined
  readonly 'max-failures'?: string | undefined
}

/**
 * Shows the plan on stderr and asks whether to carry it out. Nothing is asked when nothing would be written.
 *
 * @throws HubspokeError of class `usage` where consent is missing and nobody can be asked
 */
export function agreeToPlan(
  subject: PlanSubject,
  flags: ConsentFlags,
  {runtime, clusters, session}: {runtime: Runtime; clusters: Clusters; session: Session},
): (proposal: Proposal) => Promise<Agreement> {
  return (proposal) =>
    session.aside(async () => {
      const pace = {
        pause: pauseWords(flags),
        maxFailures: maxFailuresOf(proposal.targets.length, flags) ?? proposal.targets.length,
      }
      const view = planView(proposal, subject, pace)
      if (!flags.quiet || runtime.terminal) {
        const {renderPlan} = await import('../../summary/plan-table.ts')
        runtime.stderr.write(`${renderPlan(view, viewOptions(runtime.stderr, runtime.env))}\n`)
      }
      if (flags['dry-run']) return {agreed: true}
      if (proposal.targets.length === proposal.refusals.size) return {agreed: false}
      const consent = {
        question: questionOf(view, proposal.targets.length),
        protectedClusters: protectedClusters(
          plannedContexts(proposal, clusters),
          clusters.all,
          clusters.protectedContexts,
        ),
        yes: flags.yes,
        confirmed: flags.confirm ?? [],
        reason: subject.reason,
      }
      return askConsent(consent, runtime, session.stop.signal)
    })
}

function plannedContexts({targets}: Proposal, {selected}: Clusters) {
  const used = new Set(targets.map(({context}) => context))
  return selected.filter(({name}) => used.has(name))
}

function questionOf({verb, clusters}: PlanView, targets: number): string {
  const count = clusters.filter((cluster) => cluster.targets > 0).length
  const amount = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${amount(targets, 'workload')} in ${amount(count, 'cluster')}?`
}
