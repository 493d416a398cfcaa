import type {WorkloadKind, WorkloadState} from '../../../src/model/workload.ts'

/** A healthy workload `shop/<kind>/web` with three pods of `ghcr.io/acme/web:1.0`, and what a test changes of it. */
export function workloadState(changes: Partial<WorkloadState> = {}): WorkloadState {
  const kind: WorkloadKind = changes.kind ?? 'Deployment'
  const revision = kind === 'StatefulSet' ? 'web-1' : ''
  return {
    kind,
    namespace: 'shop',
    name: 'web',
    uid: 'uid-web',
    images: [{container: 'app', image: 'ghcr.io/acme/web:1.0', role: 'container'}],
    resourceVersion: '100',
    generation: 1,
    observedGeneration: 1,
    restartedAt: undefined,
    changeCause: undefined,
    templateDigest: 'digest-1',
    imagelessDigest: 'imageless-1',
    ownAnnotations: {},
    paused: false,
    strategy: 'RollingUpdate',
    partition: 0,
    wanted: 3,
    current: 3,
    updated: 3,
    ready: 3,
    available: 3,
    currentRevision: revision,
    updateRevision: revision,
    conditions: [],
    progressDeadlineMs: kind === 'Deployment' ? 600_000 : undefined,
    minReadyMs: 0,
    gracePeriodMs: 30_000,
    podSelector: 'app=web',
    inOrder: kind === 'StatefulSet',
    templateGeneration: '',
    deletedAt: undefined,
    finalizers: [],
    owner: undefined,
    templateWriters: [],
    ...changes,
  }
}
