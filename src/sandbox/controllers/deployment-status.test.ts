import {describe, expect, test} from 'vitest'
import {countedStatus, isComplete, withCondition, withProgress} from './deployment-status.ts'
import type {Condition, Deployment, DeploymentStatus, ReplicaSet} from './workload-types.ts'

const now = new Date('2026-05-01T10:00:10Z')
const current = {
  metadata: {name: 'web-1'},
  spec: {replicas: 2},
  status: {replicas: 2, readyReplicas: 1, availableReplicas: 1},
} as ReplicaSet
const old = {
  metadata: {name: 'web-0'},
  spec: {replicas: 1},
  status: {replicas: 1, readyReplicas: 1, availableReplicas: 1, terminatingReplicas: 1},
} as ReplicaSet

function deployment(status: DeploymentStatus = {}, spec: object = {}): Deployment {
  const rollingUpdate = {maxSurge: 1, maxUnavailable: 0}
  return {
    metadata: {name: 'web', generation: 4},
    spec: {replicas: 2, progressDeadlineSeconds: 5, strategy: {type: 'RollingUpdate', rollingUpdate}, ...spec},
    status,
  } as unknown as Deployment
}

const progressing = (reason: string, at: string, status: Condition['status'] = 'True'): Condition => ({
  type: 'Progressing',
  status,
  reason,
  message: '',
  lastUpdateTime: at,
  lastTransitionTime: at,
})

describe('counts', () => {
  test('are sums over the sets; zeros are left out, except of terminating pods', () => {
    const {conditions, ...counts} = countedStatus(deployment(), current, [old, current], now)
    expect(counts).toEqual({
      observedGeneration: 4,
      replicas: 3,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      unavailableReplicas: 1,
      terminatingReplicas: 1,
    })
    expect(conditions).toMatchObject([{type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable'}])
  })

  test('too few available pods set the condition', () => {
    const {conditions} = countedStatus(deployment(), current, [current], now)
    expect(conditions).toMatchObject([
      {
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      },
    ])
  })
})

describe('conditions', () => {
  const before = progressing('ReplicaSetUpdated', '2026-05-01T10:00:00Z')

  test('stay as they are while status and reason are the same', () => {
    const same = {type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: 'new words'} as const
    expect(withCondition([before], same, '2026-05-01T10:00:10Z')).toEqual([before])
  })

  test('keep the time of their transition while the status stays', () => {
    const other = {type: 'Progressing', status: 'True', reason: 'Other', message: ''} as const
    expect(withCondition([before], other, '2026-05-01T10:00:10Z')).toMatchObject([
      {lastTransitionTime: '2026-05-01T10:00:00Z', lastUpdateTime: '2026-05-01T10:00:10Z'},
    ])
  })
})

describe('progress', () => {
  const judge = (before: DeploymentStatus, after: DeploymentStatus, spec: object = {}): Condition | undefined =>
    withProgress(
      deployment(before, spec),
      current,
      {conditions: before.conditions ?? [], ...after},
      now,
    ).conditions?.find(({type}) => type === 'Progressing')
  const done = {observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2}
  const stale = {
    conditions: [progressing('ReplicaSetUpdated', '2026-05-01T10:00:04Z')],
    replicas: 3,
    updatedReplicas: 1,
  }

  test('is complete when all pods are new and available', () => {
    expect(judge(stale, done)).toMatchObject({
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-1" has successfully progressed.',
    })
  })

  test('continues when any count has changed, and its time is now', () => {
    expect(judge(stale, {replicas: 3, updatedReplicas: 2})).toMatchObject({
      reason: 'ReplicaSetUpdated',
      message: 'ReplicaSet "web-1" is progressing.',
      lastUpdateTime: '2026-05-01T10:00:10Z',
    })
  })

  test('fails when no count has changed for longer than the deadline', () => {
    expect(judge(stale, {replicas: 3, updatedReplicas: 1})).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-1" has timed out progressing.',
    })
  })

  test.each([
    {seconds: 6, expected: 'ReplicaSetUpdated', because: 'the deadline has not passed yet'},
    {seconds: 5, expected: 'ProgressDeadlineExceeded', because: 'it is past'},
  ])('with a deadline of $seconds s is $expected: $because', ({seconds, expected}) => {
    expect(judge(stale, {replicas: 3, updatedReplicas: 1}, {progressDeadlineSeconds: seconds})?.reason).toBe(expected)
  })

  test('is not checked after a completed rollout', () => {
    const before = {conditions: [progressing('NewReplicaSetAvailable', '2026-05-01T09:00:00Z')]}
    expect(judge(before, {replicas: 1, updatedReplicas: 1, availableReplicas: 0})?.reason).toBe(
      'NewReplicaSetAvailable',
    )
  })

  test('has no condition without a deadline', () => {
    expect(judge(stale, {replicas: 3}, {progressDeadlineSeconds: undefined})).toBeUndefined()
  })

  test('is complete only when the controller has observed the newest generation', () => {
    expect(isComplete(deployment(), done)).toBe(true)
    expect(isComplete(deployment(), {...done, observedGeneration: 3})).toBe(false)
  })
})
