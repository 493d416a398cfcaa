import {describe, expect, test} from 'vitest'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {type WorkloadKind, type WorkloadState, workloadKinds} from '../../model/workload.ts'
import {type FakeApi, fakeApi, refusal} from '../testing/fake-api.ts'
import {createRolloutTroubles} from './rollout-troubles.ts'

const never = new AbortController().signal

/** One pod as the API sends it, of the newest revision of each kind. */
interface PodSpec {
  readonly metadata?: object
  readonly spec?: object
  readonly status: object
  readonly older?: boolean
}

interface EventSpec {
  readonly reason: string
  readonly message: string
  readonly type?: string
  readonly uid?: string
  readonly lastTimestamp?: string
  readonly series?: object
  readonly count?: number
}

interface Cluster {
  readonly pods?: readonly PodSpec[]
  readonly events?: readonly EventSpec[]
  readonly eventsForbidden?: boolean
  readonly state?: Partial<WorkloadState>
}

const makers: Readonly<Record<WorkloadKind, string>> = {Deployment: 'rs-new', StatefulSet: 'u1', DaemonSet: 'u1'}

function labelsOf(kind: WorkloadKind, older: boolean): object {
  if (kind === 'StatefulSet') return {'controller-revision-hash': older ? 'old' : 'new'}
  return kind === 'DaemonSet' ? {'pod-template-generation': older ? '1' : '2'} : {}
}

async function look(kind: WorkloadKind, {pods = [], events = [], eventsForbidden, state}: Cluster) {
  const items = pods.map(({metadata, spec = {}, status, older = false}, index) => ({
    metadata: {
      name: `web-${index}`,
      uid: `pod-${index}`,
      labels: labelsOf(kind, older),
      ownerReferences: [{uid: makers[kind], controller: true}],
      ...metadata,
    },
    spec,
    status,
  }))
  const api = fakeApi({
    get(path) {
      if (path.includes('/replicasets')) {
        const annotations = {'deployment.kubernetes.io/revision': '2'}
        return {
          kind: 'ReplicaSetList',
          items: [{metadata: {uid: 'rs-new', annotations, ownerReferences: [{uid: 'u1'}]}}],
        }
      }
      if (path.includes('/pods')) return {kind: 'PodList', items}
      if (eventsForbidden) throw refusal(403)
      return {kind: 'EventList', items: events.map(toEvent)}
    },
  })
  const of = workloadState({
    ...{kind, uid: 'u1', wanted: 3, current: 3, updated: 1, updateRevision: 'new', templateGeneration: '2'},
    ...state,
  })
  const troubles = createRolloutTroubles(api, {date: () => new Date('2026-11-24T10:00:30Z')})
  return {troubles: await troubles(of, never), again: () => troubles(of, never), api, eventsAsked: () => eventsOf(api)}
}

const eventsOf = (api: FakeApi) => api.gets.filter((path) => path.includes('/events'))

const changedAt = '2026-11-24T10:00:00Z'
function toEvent({uid = '', type = 'Warning', lastTimestamp = '2026-11-24T10:00:05Z', ...rest}: EventSpec) {
  return {type, lastTimestamp, involvedObject: {uid}, ...rest}
}

const waiting = (reason: string, message = '', more: object = {}) => ({
  phase: 'Pending',
  conditions: [{type: 'PodScheduled', status: 'True'}],
  containerStatuses: [{name: 'app', ready: false, restartCount: 0, state: {waiting: {reason, message}}, ...more}],
})
const creating = waiting('ContainerCreating')
const running = {
  phase: 'Running',
  containerStatuses: [{name: 'app', ready: false, started: true, state: {running: {}}}],
}
const ended = (exitCode: number, reason = 'Error') => ({restartCount: 3, lastState: {terminated: {exitCode, reason}}})
const unscheduled = (reason: string, message: string) => ({
  phase: 'Pending',
  conditions: [{type: 'PodScheduled', status: 'False', reason, message}],
})
const up = [{name: 'app', ready: true, state: {running: {}}}]
const deletion = {deletionTimestamp: '2026-11-24T11:00:00Z', deletionGracePeriodSeconds: 3600}
const event = (reason: string, message: string): EventSpec => ({reason, message})

/** Every cause of a stuck rollout that a pod or an Event names, as a kubelet, a scheduler or a controller writes it. */
interface Cause extends Cluster {
  readonly cause: string
  readonly reason: string
  /** The expected part of the message. */
  readonly says?: string
  /** It ends the wait with `--fail-fast`. */
  readonly lasting?: boolean
  readonly asksEvents?: boolean
}

const causes: readonly Cause[] = [
  {
    cause: 'an image that is not there',
    pods: [{status: waiting('ImagePullBackOff', 'Back-off pulling image "web:2": ErrImagePull: not found')}],
    reason: 'ImagePullBackOff',
    says: 'not found',
    lasting: true,
  },
  {
    cause: 'a first failed pull',
    pods: [{status: waiting('ErrImagePull', 'unauthorized')}],
    reason: 'ErrImagePull',
    says: 'unauthorized',
  },
  {
    cause: 'a registry that does not answer',
    pods: [{status: waiting('RegistryUnavailable', 'registry.test')}],
    reason: 'RegistryUnavailable',
  },
  {
    cause: 'an image with a wrong name',
    pods: [{status: waiting('InvalidImageName', 'couldn\'t parse image name "web::2"')}],
    reason: 'InvalidImageName',
    lasting: true,
  },
  {
    cause: 'an image that may not be pulled',
    pods: [{status: waiting('ErrImageNeverPull', 'Container image "web:2" is not present with pull policy of Never')}],
    reason: 'ErrImageNeverPull',
    lasting: true,
  },
  {
    cause: 'an image whose signature is wrong',
    pods: [{status: waiting('SignatureValidationFailed', 'image pull failed')}],
    reason: 'SignatureValidationFailed',
    lasting: true,
  },
  {
    cause: 'a crash loop',
    pods: [{status: waiting('CrashLoopBackOff', 'back-off 5m0s', ended(1))}],
    reason: 'CrashLoopBackOff',
    says: 'exit code 1, restarted 3 times',
    lasting: true,
  },
  {
    cause: 'too little memory',
    pods: [{status: waiting('CrashLoopBackOff', 'back-off', ended(137, 'OOMKilled'))}],
    reason: 'OOMKilled',
    lasting: true,
  },
  {
    cause: 'a Secret that a container refers to',
    pods: [{status: waiting('CreateContainerConfigError', 'secret "db" not found')}],
    reason: 'CreateContainerConfigError',
    says: 'secret "db" not found',
    lasting: true,
  },
  {
    cause: 'a command that is not there',
    pods: [{status: waiting('RunContainerError', 'exec: "/bin/app": no such file')}],
    reason: 'RunContainerError',
  },
  {
    cause: 'an init container that crashes',
    pods: [
      {
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            {name: 'migrate', ready: false, state: {waiting: {reason: 'CrashLoopBackOff'}}, ...ended(2)},
          ],
          containerStatuses: [{name: 'app', ready: false, state: {waiting: {reason: 'PodInitializing'}}}],
        },
      },
    ],
    reason: 'CrashLoopBackOff',
    says: 'exit code 2',
    lasting: true,
  },
  {
    cause: 'an init container that does not end',
    pods: [
      {
        status: {
          phase: 'Pending',
          initContainerStatuses: [{name: 'wait', ready: false, state: {running: {}}}],
          containerStatuses: [{name: 'app', ready: false, state: {waiting: {reason: 'PodInitializing'}}}],
        },
      },
    ],
    reason: 'PodInitializing',
    says: 'is still running',
    asksEvents: true,
  },
  {
    cause: 'no room',
    pods: [{status: unscheduled('Unschedulable', '0/3 nodes are available: 3 Insufficient cpu.')}],
    reason: 'Unschedulable',
    says: '3 Insufficient cpu',
  },
  {
    cause: 'a claim that is not bound',
    pods: [{status: unscheduled('Unschedulable', 'pod has unbound immediate PersistentVolumeClaims')}],
    reason: 'Unschedulable',
    says: 'unbound immediate PersistentVolumeClaims',
  },
  {
    cause: 'a volume in another zone',
    pods: [
      {status: unscheduled('Unschedulable', '0/3 nodes are available: 3 node(s) had volume node affinity conflict')},
    ],
    reason: 'Unschedulable',
    says: 'volume node affinity conflict',
  },
  {
    cause: 'a scheduling gate',
    pods: [
      {
        spec: {schedulingGates: [{name: 'acme.test/quota'}]},
        status: unscheduled('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates'),
      },
    ],
    reason: 'SchedulingGated',
    says: 'acme.test/quota',
  },
  {
    cause: 'no scheduler',
    pods: [{status: {phase: 'Pending'}}],
    reason: 'Pending',
    says: 'no scheduler has processed it',
    asksEvents: true,
  },
  {
    cause: 'a volume that is attached elsewhere',
    pods: [{status: creating}],
    events: [event('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1"')],
    reason: 'FailedAttachVolume',
    says: 'Multi-Attach error',
    asksEvents: true,
  },
  {
    cause: 'a Secret that a volume refers to',
    pods: [{status: creating}],
    events: [event('FailedMount', 'MountVolume.SetUp failed for volume "tls": secret "tls" not found')],
    reason: 'FailedMount',
    says: 'secret "tls" not found',
    asksEvents: true,
  },
  {
    cause: 'a network without addresses',
    pods: [{status: {...creating, conditions: [{type: 'PodReadyToStartContainers', status: 'False'}]}}],
    events: [event('FailedCreatePodSandBox', 'plugin type="aws-cni" failed (add): no free addresses')],
    reason: 'FailedCreatePodSandBox',
    says: 'no free addresses',
    asksEvents: true,
  },
  {
    cause: 'a sandbox that is not there, without Events',
    pods: [{status: {...creating, conditions: [{type: 'PodReadyToStartContainers', status: 'False'}]}}],
    eventsForbidden: true,
    reason: 'ContainerCreating',
    says: 'its sandbox was not created',
    asksEvents: true,
  },
  {
    cause: 'a readiness probe',
    pods: [{status: running}],
    events: [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')],
    reason: 'NotReady',
    says: 'Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503',
    asksEvents: true,
  },
  {
    cause: 'a readiness gate',
    pods: [
      {
        status: {
          phase: 'Running',
          containerStatuses: up,
          conditions: [{type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'gate "x"'}],
        },
      },
    ],
    reason: 'ReadinessGatesNotReady',
    says: 'gate "x"',
  },
  {
    cause: 'a node that does not answer',
    pods: [
      {
        spec: {nodeName: 'node-7'},
        status: {phase: 'Running', containerStatuses: up, conditions: [{type: 'Ready', status: 'False'}]},
      },
    ],
    events: [event('NodeNotReady', 'Node is not ready')],
    reason: 'NotReady',
    says: 'node node-7 may not answer; NodeNotReady: Node is not ready',
    asksEvents: true,
  },
  {
    cause: 'a node that is lost, as older servers say it',
    pods: [
      {
        status: {
          phase: 'Unknown',
          reason: 'NodeLost',
          message: 'Node node-7 which was running pod web-0 is unresponsive',
        },
      },
    ],
    reason: 'NodeLost',
    says: 'is unresponsive',
  },
  {
    cause: 'an eviction',
    pods: [{status: {phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.'}}],
    reason: 'Evicted',
    says: 'low on resource',
  },
  {
    cause: 'a node that does not admit it',
    pods: [
      {status: {phase: 'Failed', reason: 'UnexpectedAdmissionError', message: 'Allocate failed due to no devices'}},
    ],
    reason: 'UnexpectedAdmissionError',
  },
  {
    cause: 'a finalizer of a pod',
    pods: [{metadata: {...deletion, finalizers: ['acme.test/drain']}, status: running}],
    reason: 'Terminating',
    says: 'terminating since 2026-11-24T10:00:00Z, grace period 1h, finalizers acme.test/drain',
    asksEvents: true,
  },
  {
    cause: 'a hook that fails while a pod ends',
    pods: [{metadata: deletion, spec: {nodeName: 'node-7'}, status: running}],
    events: [event('FailedPreStopHook', 'PreStopHook failed'), event('Unhealthy', 'Readiness probe failed')],
    reason: 'Terminating',
    says: 'on node node-7; FailedPreStopHook: PreStopHook failed',
    asksEvents: true,
  },
]

const cells = causes.flatMap((one) => workloadKinds.map((kind) => ({...one, kind})))

test.each(cells)(
  '$kind: $cause is $reason',
  async ({kind, reason, says = '', lasting = false, asksEvents, ...cluster}) => {
    const {troubles, eventsAsked} = await look(kind, cluster)
    expect(troubles[0]).toMatchObject({pod: 'web-0', reason, lasting, message: expect.stringContaining(says)})
    expect(troubles[0]?.blocks).toBeUndefined()
    const uid = 'involvedObject.uid%3Dpod-0%2Ctype%3DWarning'
    const asked = asksEvents ? [`/api/v1/namespaces/shop/events?fieldSelector=${uid}&limit=100`] : []
    expect(eventsAsked()).toEqual(asked)
  },
)

describe.each(workloadKinds)('pods of a %s that cannot be created', (kind) => {
  const denials = [
    'pods "web-3" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1',
    'pods "web-3" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    'pods "web-3" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    'Internal error occurred: failed calling webhook "pods.acme.test": connect: connection refused',
    'create Claim data-web-3 for Pod web-3 in StatefulSet web failed error: exceeded quota: few',
  ]
  const state = {templateWriters: [{manager: 'hubspoke', at: changedAt}]}

  test.each(denials)('%s', async (message) => {
    const {troubles, eventsAsked} = await look(kind, {events: [event('FailedCreate', message)], state})
    expect(troubles).toEqual([
      {pod: '', container: undefined, reason: 'FailedCreate', message, lasting: false, crashed: false},
    ])
    expect(eventsAsked()[0]).toContain(`involvedObject.uid%3D${makers[kind]}`)
  })

  test('are not explained by an Event older than the change', async () => {
    const before = {...event('FailedCreate', 'exceeded quota'), lastTimestamp: '2026-11-24T09:59:00Z'}
    const {troubles} = await look(kind, {events: [before], state})
    // A ReplicaSet belongs to this change only.
    expect(troubles).toHaveLength(kind === 'Deployment' ? 1 : 0)
  })

  test('are not searched for where all exist', async () => {
    const {eventsAsked} = await look(kind, {state: {...state, updated: 3}})
    expect(eventsAsked()).toEqual([])
  })
})

describe.each(workloadKinds)('an older pod of a %s', (kind) => {
  const broken = {older: true, status: waiting('CrashLoopBackOff', '', ended(1))}

  test('that crashes blocks only a StatefulSet that waits for its pods in order', async () => {
    const {troubles} = await look(kind, {pods: [broken], state: {updated: 0}})
    const blocks = {pod: 'web-0', reason: 'CrashLoopBackOff', lasting: true, blocks: true}
    if (kind === 'Deployment') expect(troubles[0]?.blocks).toBeUndefined()
    else expect(troubles).toMatchObject(kind === 'StatefulSet' ? [blocks] : [])
  })

  test('that is deleted is waited for, with its own grace period', async () => {
    const pods = [{older: true, metadata: deletion, status: running}]
    const {troubles} = await look(kind, {pods, state: {strategy: kind === 'Deployment' ? 'Recreate' : 'RollingUpdate'}})
    expect(troubles[0]).toMatchObject({reason: 'Terminating', waits: 3_600_000, lasting: false})
  })
})

describe('the newest Warning', () => {
  const pods = [{status: creating}]
  const mounts = (at: string, more: object = {}) => ({...event('FailedMount', `at ${at}`), lastTimestamp: at, ...more})

  test.each([
    {
      because: 'it happened last',
      events: [mounts('2026-11-24T10:00:09Z'), mounts('2026-11-24T10:00:31Z'), mounts('2026-11-24T10:00:10Z')],
      says: 'at 2026-11-24T10:00:31Z',
    },
    {
      because: 'its series continues',
      events: [
        mounts('2026-11-24T10:00:09Z', {series: {count: 7, lastObservedTime: '2026-11-24T10:01:00.000000Z'}}),
        mounts('2026-11-24T10:00:31Z'),
      ],
      says: 'at 2026-11-24T10:00:09Z (7 times)',
    },
    {because: 'it has no time', events: [mounts('', {lastTimestamp: undefined})], says: 'at'},
    {
      because: 'it is about this very pod',
      events: [mounts('2026-11-24T10:00:31Z', {uid: 'of-before'}), mounts('2026-11-24T10:00:09Z', {uid: 'pod-0'})],
      says: 'at 2026-11-24T10:00:09Z',
    },
    {
      because: 'it is a Warning',
      events: [mounts('2026-11-24T10:00:31Z', {type: 'Normal'}), mounts('2026-11-24T10:00:09Z')],
      says: 'at 2026-11-24T10:00:09Z',
    },
    {
      because: 'it says why a container is not created',
      events: [event('Unhealthy', 'Readiness probe failed'), mounts('2026-11-24T10:00:04Z')],
      says: 'at 2026-11-24T10:00:04Z',
    },
  ])('is "$says": $because', async ({events, says}) => {
    const {troubles} = await look('Deployment', {pods, events})
    expect(troubles[0]?.message).toBe(says)
  })

  test('about a failed mount does not explain a running container', async () => {
    const {troubles} = await look('Deployment', {pods: [{status: running}], events: [mounts('2026-11-24T10:00:31Z')]})
    expect(troubles[0]).toMatchObject({reason: 'NotReady', message: 'running but not ready', vague: true})
  })

  test('is safe to print and short', async () => {
    const {troubles} = await look('Deployment', {pods, events: [event('Bad\x07', `\x1b[2J${'y'.repeat(9_999)}`)]})
    expect(troubles[0]?.reason).toBe('Bad\\x07')
    expect(troubles[0]?.message).toHaveLength(300)
  })

  test('is not requested again where it may not be read', async () => {
    const {again, eventsAsked} = await look('Deployment', {pods, eventsForbidden: true})
    await again()
    expect(eventsAsked()).toHaveLength(1)
  })
})
