import {type WorkloadTarget, workloadTarget} from '../../../src/model/workload-target.ts'

/** The target `shop/Deployment/<name>` in a cluster; its context is called as its cluster is. */
export function targetOf(name = 'web', clusterUid = 'eu-1', changes: Partial<WorkloadTarget> = {}): WorkloadTarget {
  return workloadTarget({
    clusterUid,
    context: clusterUid,
    server: `https://${clusterUid}.example:6443`,
    kind: 'Deployment',
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    matched: [{container: 'app', image: 'ghcr.io/acme/web:1.0', role: 'container'}],
    ...changes,
  })
}
