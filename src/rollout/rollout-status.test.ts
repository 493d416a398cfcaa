import {describe, expect, test} from 'vitest'
import {workloadState} from '../../test/support/distribution/workload-state.ts'
import type {WorkloadState} from '../model/workload.ts'
import {rolloutStatus} from './rollout-status.ts'

interface Row {
  readonly is: string
  readonly has: Partial<WorkloadState>
  readonly because: string
}

const gaveUp = [{type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: ''}]
const goesOn = [{type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: ''}]

/** Every row is at generation 2, which is what the write returned, unless it says something else. */
function statusOf(kind: WorkloadState['kind'], has: Partial<WorkloadState>): string {
  const {state, message} = rolloutStatus(workloadState({kind, generation: 2, observedGeneration: 2, ...has}), 2)
  return `${state}: ${message}`
}

const everyKind: readonly Row[] = [
  {
    has: {generation: 1, observedGeneration: 1},
    is: 'stale: waiting to see the change',
    because: 'it is from before the write, however complete',
  },
  {
    has: {observedGeneration: 1},
    is: 'progressing: waiting for the controller to see the change',
    because: 'the counts still speak of the generation before',
  },
  {
    has: {generation: 3, observedGeneration: 3},
    is: 'done: 3 new pods available',
    because: 'a later change that is rolled out carries ours',
  },
  {
    has: {wanted: 0, current: 0, updated: 0, ready: 0, available: 0},
    is: 'done: no pods to replace',
    because: 'there are none',
  },
  {
    has: {wanted: 1, current: 1, updated: 1, ready: 1, available: 1},
    is: 'done: 1 new pod available',
    because: 'one is one',
  },
]

describe.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)('any %s', (kind) => {
  test.each(everyKind)('$is, because $because', ({has, is}) => {
    expect(statusOf(kind, has)).toBe(is)
  })
})

describe('a Deployment', () => {
  test.each<Row>([
    {
      has: {conditions: gaveUp, updated: 1},
      is: 'failed: the rollout exceeded its progress deadline',
      because: 'its controller gave up',
    },
    {
      has: {conditions: gaveUp, generation: 3},
      is: 'progressing: waiting for the controller to see the change',
      because: 'the condition speaks of the generation before',
    },
    {
      has: {conditions: [{type: 'Synced', status: 'False', reason: 'ProgressDeadlineExceeded', message: ''}]},
      is: 'done: 3 new pods available',
      because: 'the condition is of somebody else',
    },
    {has: {conditions: goesOn, updated: 1}, is: 'progressing: 1 of 3 pods updated', because: 'new pods are missing'},
    {has: {current: 4, updated: 3}, is: 'progressing: 1 old pod still to end', because: 'one old pod is left'},
    {has: {current: 5, updated: 3}, is: 'progressing: 2 old pods still to end', because: 'two old pods are left'},
    {has: {available: 2}, is: 'progressing: 2 of 3 updated pods available', because: 'one is not available'},
    {has: {updated: 1, paused: true}, is: 'progressing: paused; 1 of 3 pods updated', because: 'somebody paused it'},
    {has: {paused: true}, is: 'done: 3 new pods available', because: 'it was paused after its end'},
    {has: {strategy: 'Recreate', updated: 0}, is: 'progressing: 0 of 3 pods updated', because: 'all are down'},
  ])('$is, because $because', ({has, is}) => {
    expect(statusOf('Deployment', has)).toBe(is)
  })
})

describe('a StatefulSet', () => {
  test.each<Row>([
    {has: {ready: 2}, is: 'progressing: 2 of 3 pods ready', because: 'one is not ready'},
    {has: {updated: 1}, is: 'progressing: 1 of 3 pods updated', because: 'two are of the old revision'},
    {has: {available: 2}, is: 'progressing: 2 of 3 pods available', because: 'minReadySeconds are not over'},
    {
      has: {updateRevision: 'web-2'},
      is: 'progressing: waiting for the controller to finish',
      because: 'its current revision is the old one',
    },
    {
      has: {partition: 2, updated: 0, updateRevision: 'web-2'},
      is: 'progressing: 0 of 1 pods updated',
      because: 'one pod is above the partition',
    },
    {
      has: {partition: 2, updated: 1, updateRevision: 'web-2'},
      is: 'done: 1 of 3 pods updated: the partition keeps the others',
      because: 'no other pod is due',
    },
    {
      has: {partition: 9, updated: 0, updateRevision: 'web-2'},
      is: 'done: 0 of 3 pods updated: the partition keeps the others',
      because: 'the partition covers all',
    },
    {
      has: {partition: 2, wanted: 0, current: 0, updated: 0, ready: 0, available: 0},
      is: 'done: no pods to replace',
      because: 'a partition of nothing keeps nothing',
    },
    {
      has: {strategy: 'OnDelete', updated: 0},
      is: 'failed: its update strategy is OnDelete: pods are replaced only when they are deleted',
      because: 'nothing will replace them',
    },
  ])('$is, because $because', ({has, is}) => {
    expect(statusOf('StatefulSet', has)).toBe(is)
  })
})

describe('a DaemonSet', () => {
  test.each<Row>([
    {has: {updated: 1}, is: 'progressing: 1 of 3 pods updated', because: 'two nodes have the old pod'},
    {has: {available: 2}, is: 'progressing: 2 of 3 pods available', because: 'one is not available'},
    {has: {current: 4}, is: 'done: 3 new pods available', because: 'surplus pods are not its concern'},
    {
      has: {strategy: 'OnDelete', updated: 0},
      is: 'failed: its update strategy is OnDelete: pods are replaced only when they are deleted',
      because: 'nothing will replace them',
    },
  ])('$is, because $because', ({has, is}) => {
    expect(statusOf('DaemonSet', has)).toBe(is)
  })
})
