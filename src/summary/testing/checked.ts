import type {CheckEntry, CheckedPermission} from '../../model/check-report.ts'

/** A permission that is there and that nothing goes without. */
export function permission(more: Partial<CheckedPermission> = {}): CheckedPermission {
  return {
    purpose: 'find',
    verb: 'list',
    resource: 'deployments.apps',
    namespace: null,
    name: null,
    allowed: true,
    mayBeByName: false,
    essential: true,
    without: 'nothing is read',
    ...more,
  }
}

/** A context that can be used, through which a cluster of its own is reached. */
export function checked(context: string, more: Partial<CheckEntry> = {}): CheckEntry {
  return {
    context,
    server: `https://${context}.example:6443`,
    uid: `uid-of-${context}`,
    uidIsFallback: false,
    sameClusterAs: [],
    version: 'v1.36.3',
    latencyMs: 38,
    clockSkewMs: 0,
    credentials: null,
    permissions: [],
    imageCache: {state: 'present', ageMs: 180_000, workloads: 312},
    protected: null,
    lock: {state: 'available', reason: null, suggestions: []},
    problem: null,
    ...more,
  }
}
