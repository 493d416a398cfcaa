import {expect, test} from 'vitest'
import {findPodTroubles} from './pod-trouble.ts'

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
    because: 'its name is none',
    status: waiting('InvalidImageName', 'bad name'),
    reason: 'InvalidImageName',
    message: 'bad name',
    lasting: true,
  },
  {because: 'the kubelet gives no sentence', status: waiting('ErrImagePull'), reason: 'ErrImagePull', message: ''},
  {
    because: 'it crashes again and again',
    status: waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container', ended(3, 'Error')),
    reason: 'CrashLoopBackOff',
    message: 'exit code 3, restarted 4 times',
    lasting: true,
    crashed: true,
  },
  {
    because: 'it crashes for want of memory',
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
  },
])('a container where $because', ({status, reason, message, lasting = false, crashed = false}) => {
  const trouble = {pod: 'web-1', container: 'app', reason, message, lasting, crashed}
  expect(findPodTroubles([pod('web-1', status)])).toEqual([trouble])
})

test.each([
  {
    because: 'no node takes it',
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
    because: 'it was killed for want of memory once, and is ready again',
    status: {
      containerStatuses: [
        {name: 'app', ready: true, restartCount: 1, state: {running: {}}, ...ended(137, 'OOMKilled')},
      ],
    },
  },
  {because: 'it is being created', status: waiting('ContainerCreating')},
  {
    because: 'its init container is done',
    status: {
      initContainerStatuses: [{name: 'i', ready: true, state: {terminated: {exitCode: 0, reason: 'Completed'}}}],
    },
  },
  {because: 'nothing is known of it', status: {}},
])('no trouble where $because', ({status}) => {
  expect(findPodTroubles([pod('web-1', status)])).toEqual([])
})

test('a pod that is being deleted is nobody to wait for', () => {
  expect(
    findPodTroubles([pod('old', waiting('CrashLoopBackOff'), {deletionTimestamp: '2026-01-01T00:00:00Z'})]),
  ).toEqual([])
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

test('what a container wrote is not told, and what is told is safe to print', () => {
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
