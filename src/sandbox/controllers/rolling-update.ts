import type {Deployment, ReplicaSet} from './workload-types.ts'

/** A number, or a percentage of a whole. */
export function resolve(value: number | string | undefined, whole: number, round: (exact: number) => number): number {
  if (typeof value === 'number') return value
  const percent = Number.parseFloat(value ?? '0')
  return Number.isNaN(percent) ? 0 : round((percent / 100) * whole)
}

/**
 * How far a rolling update may go above and below the specified number. Surge rounds up and unavailability down; never both zero.
 * Source: `ResolveFenceposts` in kubernetes/pkg/controller/deployment/util.
 */
export function roomOf({spec}: Deployment): {readonly surge: number; readonly unavailable: number} {
  if (spec.strategy.type !== 'RollingUpdate' || spec.replicas === 0) return {surge: 0, unavailable: 0}
  const {maxSurge, maxUnavailable} = spec.strategy.rollingUpdate ?? {maxSurge: 0, maxUnavailable: 0}
  const surge = resolve(maxSurge, spec.replicas, Math.ceil)
  const unavailable = resolve(maxUnavailable, spec.replicas, Math.floor)
  return {surge, unavailable: Math.min(spec.replicas, surge === 0 && unavailable === 0 ? 1 : unavailable)}
}

const wantedBy = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, {spec}) => sum + spec.replicas, 0)
const availableIn = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, {status}) => sum + (status.availableReplicas ?? 0), 0)

/**
 * Replicas for the new ReplicaSet (undefined: it does not exist yet) at this moment.
 * Source: `NewRSNewReplicas` in kubernetes/pkg/controller/deployment/util.
 */
export function newReplicas(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): number {
  const {replicas, strategy} = deployment.spec
  const now = current?.spec.replicas ?? 0
  if (strategy.type === 'Recreate' || now >= replicas) return replicas
  const room = replicas + roomOf(deployment).surge - now - wantedBy(old)
  return room <= 0 ? now : now + Math.min(room, replicas - now)
}

/**
 * The new sizes of the old ReplicaSets, only of those that change: first without pods that are not available, then without
 * as many available ones as may be unavailable.
 * Source: `reconcileOldReplicaSets` in kubernetes/pkg/controller/deployment/rolling.go.
 */
export function oldReplicas(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
): ReadonlyMap<ReplicaSet, number> {
  const least = deployment.spec.replicas - roomOf(deployment).unavailable
  const newUnavailable = current.spec.replicas - (current.status.availableReplicas ?? 0)
  const mayGo = wantedBy(old) + current.spec.replicas - least - newUnavailable
  const scaled = new Map<ReplicaSet, number>()
  if (mayGo <= 0) return scaled
  let broken = mayGo
  for (const set of old) {
    const cut = Math.min(broken, set.spec.replicas - (set.status.availableReplicas ?? 0))
    if (cut <= 0) continue
    scaled.set(set, set.spec.replicas - cut)
    broken -= cut
  }
  let healthy = availableIn([current, ...old]) - least
  for (const set of old) {
    const left = scaled.get(set) ?? set.spec.replicas
    const cut = Math.min(healthy, left)
    if (cut <= 0) continue
    scaled.set(set, left - cut)
    healthy -= cut
  }
  return scaled
}
