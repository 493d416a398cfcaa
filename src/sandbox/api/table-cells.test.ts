import {describe, expect, test} from 'vitest'
import {humanDuration, podRow} from './table-cells.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('durations as kubectl writes them', () => {
  test.each([
    [-5, '0s'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 12 * second, '3m12s'],
    [10 * minute + 30 * second, '10m'],
    [3 * hour, '3h'],
    [3 * hour + 20 * minute, '3h20m'],
    [8 * hour + 20 * minute, '8h'],
    [2 * day, '2d'],
    [2 * day + 5 * hour, '2d5h'],
    [40 * day, '40d'],
    [800 * day, '2y70d'],
    [3000 * day, '8y'],
  ])('%d ms is %s', (ms, expected) => {
    expect(humanDuration(ms)).toBe(expected)
  })
})

describe('the row of a pod', () => {
  const pod = (status: object, extra: object = {}) => ({
    metadata: {name: 'a', creationTimestamp: '2026-05-01T10:00:00Z', ...extra},
    spec: {
      containers: [{name: 'app', image: 'a'}],
      initContainers: [{name: 'mesh', image: 'm', restartPolicy: 'Always'}],
    },
    status,
  })
  const now = new Date('2026-05-01T10:00:07Z')
  const waiting = (reason: string) => ({
    containerStatuses: [{name: 'app', ready: false, restartCount: 3, state: {waiting: {reason}}}],
  })

  test.each([
    {status: {phase: 'Pending'}, extra: {}, expected: ['0/2', 'Pending']},
    {status: {phase: 'Pending', ...waiting('ImagePullBackOff')}, extra: {}, expected: ['0/2', 'ImagePullBackOff']},
    {status: {phase: 'Running', ...waiting('CrashLoopBackOff')}, extra: {}, expected: ['0/2', 'CrashLoopBackOff']},
    {status: {phase: 'Running'}, extra: {deletionTimestamp: '2026-05-01T10:00:07Z'}, expected: ['0/2', 'Terminating']},
    {
      status: {
        phase: 'Running',
        containerStatuses: [{name: 'app', ready: true, restartCount: 0, state: {running: {}}}],
        initContainerStatuses: [{name: 'mesh', ready: true, restartCount: 0, state: {running: {}}}],
      },
      extra: {},
      expected: ['2/2', 'Running'],
    },
    {
      status: {
        phase: 'Pending',
        ...waiting('PodInitializing'),
        initContainerStatuses: [{name: 'mesh', state: {waiting: {reason: 'ErrImagePull'}}}],
      },
      extra: {},
      expected: ['0/2', 'Init:ErrImagePull'],
    },
    {
      status: {
        phase: 'Pending',
        ...waiting('PodInitializing'),
        initContainerStatuses: [{name: 'mesh', state: {waiting: {reason: 'PodInitializing'}}}],
      },
      extra: {},
      expected: ['0/2', 'Init:0/1'],
    },
  ])('says $expected', ({status, extra, expected}) => {
    const [name, ready, word, , age] = podRow(pod(status, extra), now)
    expect([name, ready, word, age]).toEqual(['a', ...expected, '7s'])
  })

  test('counts the restarts', () => {
    expect(podRow(pod({phase: 'Running', ...waiting('x')}), now)[3]).toBe('3')
  })
})
