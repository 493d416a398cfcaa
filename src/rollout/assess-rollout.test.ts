import {describe, expect, test} from 'vitest'
import {targetOf} from '../../test/support/distribution/target.ts'
import {workloadState} from '../../test/support/distribution/workload-state.ts'
import type {PodTrouble} from '../kube/ports/workloads.ts'
import type {WorkloadState} from '../model/workload.ts'
import {assessRollout, mayExplain} from './assess-rollout.ts'

const trouble = (reason: string, more: Partial<PodTrouble> = {}): PodTrouble => ({
  pod: 'web-1',
  container: 'app',
  reason,
  message: 'why',
  lasting: false,
  crashed: false,
  ...more,
})
const halfWay = {updated: 1, current: 4}
const exceeded = {type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: ''}
const noQuota = {type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: pods'}
const assess = (state: Partial<WorkloadState>, ...troubles: readonly PodTrouble[]) =>
  assessRollout(targetOf(), workloadState(state), {troubles})

test.each([
  {because: 'all pods are new and available', state: {}, is: 'rolled-out'},
  {because: 'no pods are wanted', state: {wanted: 0, current: 0, updated: 0, ready: 0, available: 0}, is: 'rolled-out'},
  {because: 'it is paused and all pods are new', state: {paused: true}, is: 'rolled-out'},
  {because: 'some pods are old', state: halfWay, is: 'rolling-out'},
  {because: 'its controller has not seen the newest spec', state: {generation: 2}, is: 'rolling-out'},
  {because: 'an old pod has not ended', state: {current: 4}, is: 'rolling-out'},
  {because: 'it is paused, and some pods are old', state: {...halfWay, paused: true}, is: 'paused'},
  {
    because: 'its progress deadline is exceeded',
    state: {...halfWay, conditions: [exceeded]},
    is: 'stuck',
    lasting: true,
  },
  {because: 'its pods cannot be created', state: {...halfWay, conditions: [noQuota]}, is: 'stuck'},
  {
    because: 'a partition keeps some pods',
    state: {kind: 'StatefulSet', partition: 2, updated: 1, updateRevision: 'web-2'},
    is: 'rolled-out',
  },
  {
    because: 'its strategy replaces no pod, and some are old',
    state: {kind: 'DaemonSet', strategy: 'OnDelete', updated: 1},
    is: 'stuck',
    lasting: true,
  },
  {
    because: 'its strategy replaces no pod, and all were replaced',
    state: {kind: 'StatefulSet', strategy: 'OnDelete', updateRevision: 'web-2'},
    is: 'rolled-out',
  },
  {
    because: 'its strategy replaces no pod, and the newest spec was not seen',
    state: {kind: 'StatefulSet', strategy: 'OnDelete', generation: 2},
    is: 'rolling-out',
  },
] as const)('is $is: $because', ({state, is, ...more}) => {
  const {status, lasting, failure} = assess(state)
  expect({status, lasting}).toEqual({status: is, lasting: 'lasting' in more})
  expect(failure?.class).toBe(is === 'stuck' ? 'rollout' : undefined)
})

describe('what its pods say', () => {
  test('a problem that does not recover makes it stuck, with the reason of the API', () => {
    const pull = trouble('ImagePullBackOff', {lasting: true})
    expect(assess(halfWay, pull)).toMatchObject({
      status: 'stuck',
      lasting: true,
      message: '1 of 3 pods updated',
      cause: {reason: 'ImagePullBackOff', message: 'ImagePullBackOff: why (pod web-1, container app)', pod: 'web-1'},
      failure: {class: 'rollout', message: 'ImagePullBackOff: why (pod web-1, container app); 1 of 3 pods updated'},
      suggestions: ['kubectl --context eu-1 -n shop describe pod web-1'],
    })
  })

  test.each([trouble('ErrImagePull'), trouble('Error', {crashed: true})])(
    'a container that failed once makes it stuck, and may recover: $reason',
    (failed) => {
      const {status, lasting, cause} = assess(halfWay, failed)
      expect({status, lasting, reason: cause?.reason}).toEqual({status: 'stuck', lasting: false, reason: failed.reason})
    },
  )

  test('a lasting problem counts more than one that is listed before it', () => {
    const {status, cause} = assess(halfWay, trouble('Unschedulable'), trouble('CrashLoopBackOff', {lasting: true}))
    expect({status, reason: cause?.reason}).toEqual({status: 'stuck', reason: 'CrashLoopBackOff'})
  })

  test('one that may recover leaves it rolling out, with its reason', () => {
    const {status, lasting, cause, failure} = assess(halfWay, trouble('Unschedulable'))
    expect({status, lasting, reason: cause?.reason, failure}).toEqual({
      ...{status: 'rolling-out', lasting: false},
      ...{reason: 'Unschedulable', failure: null},
    })
  })

  test('that pods cannot be created counts more than a pod that is starting', () => {
    const {cause} = assess({...halfWay, conditions: [noQuota]}, trouble('ContainerCreating', {vague: true}))
    expect(cause).toEqual({reason: 'FailedCreate', message: 'FailedCreate: exceeded quota: pods', pod: null})
  })

  test('a creation that an Event says has failed makes it stuck', () => {
    const {status, lasting} = assess(halfWay, trouble('FailedCreate', {pod: '', container: undefined}))
    expect({status, lasting}).toEqual({status: 'stuck', lasting: false})
  })

  test('is no matter when it is rolled out', () => {
    expect(assess({}, trouble('CrashLoopBackOff', {lasting: true}))).toMatchObject({
      ...{status: 'rolled-out', lasting: false},
      ...{cause: null, failure: null, suggestions: []},
    })
  })

  test('is reported as unknown when it could not be read', () => {
    const pods = {troubles: [], unknown: 'reason unknown: may not read pods'}
    const {status, causeUnknown} = assessRollout(targetOf(), workloadState(halfWay), pods)
    expect({status, causeUnknown}).toEqual({status: 'rolling-out', causeUnknown: 'reason unknown: may not read pods'})
  })

  test('is asked for only when it is not rolled out, and its controller has seen the newest spec', () => {
    expect(mayExplain(workloadState())).toBe(false)
    expect(mayExplain(workloadState({generation: 2}))).toBe(false)
    expect(mayExplain(workloadState(halfWay))).toBe(true)
  })
})

test.each([
  {state: {}, says: '3 of 3 pods updated and available'},
  {state: {wanted: 0, current: 0, updated: 0, ready: 0, available: 0}, says: 'no pods are wanted'},
  {
    state: {kind: 'StatefulSet', partition: 2, updated: 1, updateRevision: 'web-2'},
    says: '1 of 3 pods updated: the partition keeps the others',
  },
] as const)('what is rolled out says how: $says', ({state, says}) => {
  expect(assess(state).message).toBe(says)
})

test('a paused Deployment is suggested to be resumed', () => {
  expect(assess({...halfWay, paused: true}).suggestions).toEqual([
    'kubectl --context eu-1 -n shop rollout resume deployment/web',
  ])
})

test('a workload that is being deleted is not rolled out by its pods, and says since when', () => {
  const {status, cause} = assess({...halfWay, deletedAt: '2026-01-01T00:00:00Z', finalizers: ['x']})
  expect(status).toBe('rolling-out')
  expect(cause?.message).toBe('it has been terminating since 2026-01-01T00:00:00Z, finalizers x')
})
