import {describe, expect, test} from 'vitest'
import {findPodTroubles as find} from './pod-trouble.ts'

const now = new Date('2026-01-01T00:30:00Z')
type Pods = Parameters<typeof find>[0]['newest']
const findPodTroubles = (newest: Pods, older: Pods = [], inOrder = true) => find({newest, older}, {inOrder, now})

const pod = (name: string, status: object, metadata = {}) => ({metadata: {name, ...metadata}, status})
const waiting = (reason: string, message?: string, more = {}) => ({
  containerStatuses: [
    {name: 'app', ready: false, restartCount: 4, state: {waiting: {reason, ...(message && {message})}}, ...more},
  ],
})
const ended = (exitCode: number, reason: string) => ({
  lastState: {terminated: {exitCode, reason, message: 'password=hunter2'}},
})

test.each([
  {
    because: 'the image cannot be pulled',
    status: waiting('ImagePullBackOff', 'Back-off pulling image "web:2": not found'),
    reason: 'ImagePullBackOff',
    message: 'Back-off pulling image "web:2": not found',
    lasting: true,
  },
  {
    because: 'its image name is invalid',
    status: waiting('InvalidImageName', 'bad name'),
    reason: 'InvalidImageName',
    message: 'bad name',
    lasting: true,
  },
  {because: 'the kubelet gives no sentence', status: waiting('ErrImagePull'), reason: 'ErrImagePull', message: ''},
  {
    because: 'it crashes repeatedly',
    status: waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container', ended(3, 'Error')),
    reason: 'CrashLoopBackOff',
    message: 'exit code 3, restarted 4 times',
    lasting: true,
    crashed: true,
  },
  {
    because: 'it crashes because it runs out of memory',
    status: waiting('CrashLoopBackOff', 'back-off', ended(137, 'OOMKilled')),
    reason: 'OOMKilled',
    message: 'exit code 137, restarted 4 times',
    lasting: true,
    crashed: true,
  },
  {
    because: 'it refers to what does not exist',
    status: waiting('CreateContainerConfigError', 'secret "db" not found'),
    reason: 'CreateContainerConfigError',
    message: 'secret "db" not found',
    lasting: true,
  },
  {
    because: 'it ended and was not restarted yet',
    status: {containerStatuses: [{name: 'app', restartCount: 1, state: {terminated: {exitCode: 2, reason: 'Error'}}}]},
    reason: 'Error',
    message: 'exit code 2, restarted 1 time',
    crashed: true,
  },
  {
    because: 'it ran out of memory and runs again',
    status: {containerStatuses: [{name: 'app', restartCount: 1, state: {running: {}}, ...ended(137, 'OOMKilled')}]},
    reason: 'OOMKilled',
    message: 'exit code 137, restarted 1 time',
    crashed: true,
  },
  {
    because: 'an init container fails',
    status: {
      initContainerStatuses: [
        {name: 'app', ready: false, restartCount: 0, state: {waiting: {reason: 'ErrImagePull', message: 'denied'}}},
      ],
      containerStatuses: [{name: 'later', ready: false, state: {waiting: {reason: 'PodInitializing'}}}],
    },
    reason: 'ErrImagePull',
    message: 'denied',
  },
  {
    because: 'the readiness probe does not pass',
    status: {containerStatuses: [{name: 'app', ready: false, state: {running: {startedAt: 'x'}}}]},
    reason: 'NotReady',
    message: 'running but not ready',
    vague: true,
  },
  {
    because: 'the startup probe does not pass',
    status: {containerStatuses: [{name: 'app', ready: false, started: false, state: {running: {startedAt: 'x'}}}]},
    reason: 'NotReady',
    message: 'its startup probe has not passed',
    vague: true,
  },
  {because: 'it is being created', status: waiting('ContainerCreating'), reason: 'ContainerCreating', vague: true},
  {
    because: 'it is being created, and has no sandbox',
    status: {
      ...waiting('ContainerCreating'),
      conditions: [{type: 'PodReadyToStartContainers', status: 'False'}],
    },
    reason: 'ContainerCreating',
    message: 'its sandbox was not created',
    vague: true,
  },
  {
    because: 'it is an init container that does not end',
    status: {
      initContainerStatuses: [{name: 'app', ready: false, state: {running: {startedAt: 'x'}}}],
      ...{containerStatuses: [{name: 'later', ready: false, state: {waiting: {reason: 'PodInitializing'}}}]},
    },
    reason: 'PodInitializing',
    message: 'an init container that the others wait for is still running',
    vague: true,
  },
])('a container where $because', ({status, reason, message = '', lasting = false, crashed = false, vague}) => {
  const trouble = {pod: 'web-1', container: 'app', reason, message, lasting, crashed, ...(vague && {vague})}
  expect(findPodTroubles([pod('web-1', status)])).toEqual([trouble])
})

test.each([
  {
    because: 'no node can run it',
    status: {
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available:\n 3 Insufficient cpu.',
        },
      ],
    },
    reason: 'Unschedulable',
    message: '0/3 nodes are available: 3 Insufficient cpu.',
  },
  {
    because: 'it was evicted',
    status: {phase: 'Failed', reason: 'Evicted', message: 'low on memory'},
    reason: 'Evicted',
    message: 'low on memory',
  },
])('a pod where $because', ({status, reason, message}) => {
  const trouble = {pod: 'web-1', container: undefined, reason, message, lasting: false, crashed: false}
  expect(findPodTroubles([pod('web-1', status)])).toEqual([trouble])
})

test.each([
  {because: 'it is ready', status: {containerStatuses: [{name: 'app', ready: true, state: {running: {}}}]}},
  {
    because: 'it was killed once for lack of memory, and is ready again',
    status: {
      containerStatuses: [
        {name: 'app', ready: true, restartCount: 1, state: {running: {}}, ...ended(137, 'OOMKilled')},
      ],
    },
  },
  {
    because: 'its init container has completed',
    status: {
      initContainerStatuses: [{name: 'i', ready: true, state: {terminated: {exitCode: 0, reason: 'Completed'}}}],
    },
  },
  {because: 'it has no status', status: {}},
])('no trouble where $because', ({status}) => {
  expect(findPodTroubles([pod('web-1', status)])).toEqual([])
})

describe('a pod that is being deleted', () => {
  const deletion = {deletionTimestamp: '2026-01-01T01:00:00Z', deletionGracePeriodSeconds: 3600}

  test.each([
    {because: 'its pods are replaced only after they are gone', metadata: {}, spec: {}, status: {}, more: ''},
    {
      because: 'a finalizer blocks its deletion',
      metadata: {finalizers: ['acme.test/drain']},
      more: ', finalizers acme.test/drain',
    },
    {because: 'its node may not answer', spec: {nodeName: 'node-7'}, more: ', on node node-7'},
    {
      because: 'its node is lost',
      spec: {nodeName: 'node-7'},
      status: {reason: 'NodeLost', message: 'Node node-7 is unresponsive'},
      reason: 'NodeLost',
      more: ', on node node-7, Node node-7 is unresponsive',
    },
  ])('is reported with its grace period, whatever other problem it has: $because', (one) => {
    const {metadata = {}, spec = {}, status = {}, more, reason = 'Terminating'} = one
    const ending = {...pod('old', {...waiting('CrashLoopBackOff'), ...status}, {...deletion, ...metadata}), spec}
    expect(findPodTroubles([], [ending])).toEqual([
      {
        pod: 'old',
        container: undefined,
        reason,
        message: `terminating since 2026-01-01T00:00:00Z, grace period 1h${more}`,
        lasting: false,
        crashed: false,
        waits: 3_600_000,
        vague: true,
      },
    ])
  })

  test('is not waited for after its grace period', () => {
    const old = {deletionTimestamp: '2025-12-24T00:00:30Z', deletionGracePeriodSeconds: 30}
    expect(findPodTroubles([], [pod('old', {}, old)])).toMatchObject([
      {message: 'terminating since 2025-12-24T00:00:00Z, grace period 30s, which has passed', waits: 0},
    ])
  })

  test('is the mildest trouble', () => {
    const creating = pod('new', waiting('ContainerCreating'))
    expect(findPodTroubles([creating, pod('a', {}, deletion)]).map(({pod: name}) => name)).toEqual(['new', 'a'])
  })
})

describe('a pod of an older revision that is not ready', () => {
  const older = [pod('web-1', waiting('CrashLoopBackOff', '', ended(1, 'Error')))]

  test('blocks a controller that waits for its pods in order, and is listed first', () => {
    const troubles = findPodTroubles([pod('web-2', waiting('ImagePullBackOff'))], older)
    expect(troubles.map(({pod: name, blocks = false}) => [name, blocks])).toEqual([
      ['web-1', true],
      ['web-2', false],
    ])
  })

  test('is replaced by any other controller', () => {
    expect(findPodTroubles([], older, false)).toEqual([])
  })
})

describe('a pod as a whole', () => {
  const up = {phase: 'Running', containerStatuses: [{name: 'app', ready: true, state: {running: {}}}]}
  const ready = (more: object) => ({conditions: [{type: 'Ready', status: 'False', ...more}]})
  test.each([
    {
      because: 'a readiness gate is not met',
      status: {...up, ...ready({reason: 'ReadinessGatesNotReady', message: 'gate "x" does not exist'})},
      is: ['ReadinessGatesNotReady', 'gate "x" does not exist'],
    },
    {
      because: 'its node no longer answers',
      status: {...up, ...ready({})},
      is: ['NotReady', 'its containers are ready and the pod is not: node node-7 may not answer'],
    },
    {
      because: 'a scheduling gate is set',
      status: {conditions: [{type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'blocked'}]},
      spec: {schedulingGates: [{name: 'acme.test/quota'}]},
      is: ['SchedulingGated', 'blocked: acme.test/quota'],
    },
    {
      because: 'no scheduler is running',
      status: {phase: 'Pending'},
      spec: {},
      is: ['Pending', 'no scheduler has processed it'],
    },
    {
      because: 'its kubelet is not running',
      status: {phase: 'Pending'},
      is: ['Pending', 'node node-7 has not started it'],
    },
    {
      because: 'its node is lost',
      status: {phase: 'Unknown', reason: 'NodeLost', message: 'lost'},
      is: ['NodeLost', 'lost'],
    },
    {
      because: 'it was preempted',
      status: {phase: 'Failed', reason: 'Preempting', message: 'Preempted in order to admit critical pod'},
      is: ['Preempting', 'Preempted in order to admit critical pod'],
    },
  ])('that is not ready, as $because', ({status, spec = {nodeName: 'node-7'}, is}) => {
    const troubles = findPodTroubles([{...pod('web-1', status), spec}])
    expect(troubles.map(({reason, message}) => [reason, message])).toEqual([is])
  })
})

test('worst first, and unknown reasons before the mildest', () => {
  const running = {containerStatuses: [{name: 'app', ready: false, state: {running: {}}}]}
  const unscheduled = {conditions: [{type: 'PodScheduled', status: 'False', reason: 'Unschedulable'}]}
  const troubles = findPodTroubles([
    pod('a', running),
    pod('b', waiting('SomethingNew')),
    pod('c', unscheduled),
    pod('d', waiting('CreateContainerConfigError')),
    pod('e', waiting('CrashLoopBackOff')),
    pod('g', waiting('ImagePullBackOff')),
    pod('f', waiting('ImagePullBackOff')),
  ])
  expect(troubles.map(({pod: name}) => name)).toEqual(['f', 'g', 'e', 'd', 'c', 'b', 'a'])
})

test('text of a container is not shown, and all shown text is safe to print', () => {
  const [crash] = findPodTroubles([pod('web', waiting('CrashLoopBackOff', 'x', ended(1, 'Error')))])
  expect(JSON.stringify(crash)).not.toContain('hunter2')
  const [hostile] = findPodTroubles([pod('w\x1b', waiting('Bad\x07', `\x1b[2J${'y'.repeat(999)}`))])
  expect(hostile).toMatchObject({pod: 'w\\x1b', reason: 'Bad\\x07'})
  expect(hostile?.message).toMatch(/^y+…$/)
  expect(hostile?.message).toHaveLength(300)
})

test('an object that is no pod is no trouble', () => {
  expect(findPodTroubles([{}, {status: 'x', metadata: 4}, {status: {containerStatuses: [null, 'x']}}])).toEqual([])
})
