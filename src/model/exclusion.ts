import type {Target} from './target.ts'

/** A workload that matches and is not acted on, by a rule and not by accident. */
export interface Exclusion {
  readonly target: Target
  /** Why, as what follows "2 workloads": `in kube-system`. */
  readonly reason: string
  /** What to type so that it is included. */
  readonly include: string
}

/** Workloads in `kube-system` are written only when that namespace is named. */
export const kubeSystemExclusion = {
  reason: 'in kube-system',
  include: '-n kube-system',
} as const

/** What an earlier run left unfinished and this retry was not asked for. */
export const notRetriedExclusion = (runId: string) =>
  ({
    reason: `left unfinished by the run ${runId} and not asked for`,
    include: `hubspoke runs retry ${runId}`,
  }) as const
