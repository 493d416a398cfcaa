import type {WorkloadState} from '../model/workload.ts'

/** The farthest that a rollout has been: what counts as progress is to get beyond it. */
export interface Farthest {
  readonly generation: number
  readonly wanted: number
  readonly observed: boolean
  readonly updated: number
  readonly old: number
  /** Pods above the number wanted. */
  readonly surplus: number
  readonly ready: number
  readonly available: number
}

/**
 * Whether `state` is farther than `before`, and the farthest there was. More updated pods, fewer old ones, fewer pods above the number wanted, and then more
 * ready or available ones than ever before in that situation are progress; a pod that crashes, comes back and crashes
 * again is none, or a crash loop would keep its rollout waiting for ever. Another spec, another number of wanted pods, or the
 * controller's first word about the change begins anew.
 */
export function progressFrom(
  before: Farthest | undefined,
  state: WorkloadState,
): {readonly farthest: Farthest; readonly progressed: boolean} {
  const here = placeOf(state)
  if (before === undefined || here.generation !== before.generation || here.wanted !== before.wanted) {
    return {farthest: here, progressed: true}
  }
  // Until the controller has seen the change, its counts are those of the pods before: as good as they can be.
  if (here.observed && !before.observed) {
    return {farthest: here, progressed: true}
  }
  const observed = here.observed || before.observed
  const updated = Math.max(here.updated, before.updated)
  const old = Math.min(here.old, before.old)
  const surplus = Math.min(here.surplus, before.surplus)
  const {observed: wasObserved, updated: wereUpdated} = before
  if (observed !== wasObserved || updated !== wereUpdated || old !== before.old || surplus !== before.surplus) {
    return {farthest: {...here, observed, updated, old, surplus}, progressed: true}
  }
  const ready = Math.max(here.ready, before.ready)
  const available = Math.max(here.available, before.available)
  const progressed = ready !== before.ready || available !== before.available
  return {farthest: {...before, ready, available}, progressed}
}

function placeOf(state: WorkloadState): Farthest {
  const {generation, wanted, observedGeneration, current, updated, ready, available} = state
  return {
    generation,
    wanted,
    observed: observedGeneration >= generation,
    updated,
    old: Math.max(0, current - updated),
    surplus: Math.max(0, current - wanted),
    ready,
    available,
  }
}
