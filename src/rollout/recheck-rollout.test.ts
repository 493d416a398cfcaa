import {describe, expect, test} from 'vitest'
import {targetOf} from '../../test/support/distribution/target.ts'
import {workloadState} from '../../test/support/distribution/workload-state.ts'
import type {PodTrouble} from '../kube/ports/workloads.ts'
import {HubspokeError} from '../model/failure.ts'
import type {WorkloadState} from '../model/workload.ts'
import {recheckRollout} from './recheck-rollout.ts'

const from = workloadState({generation: 2, observedGeneration: 2})
const crash: PodTrouble = {
  pod: 'web-1',
  container: 'app',
  reason: 'CrashLoopBackOff',
  message: 'exit code 1',
  lasting: true,
  crashed: true,
}
const forbidden = new HubspokeError('forbidden', 'May not read pods.')

const recheck = (now: WorkloadState | undefined, troubles: readonly PodTrouble[] | HubspokeError = []) =>
  recheckRollout(
    {
      target: targetOf(),
      from,
      read: async () => now,
      isTakenBack: ({restartedAt}) => restartedAt === 'before',
      podTroubles: async () => {
        if (troubles instanceof HubspokeError) throw troubles
        return troubles
      },
    },
    new AbortController().signal,
  )

describe('a target that was rolled out', () => {
  test.each([
    {now: from, is: 'healthy', because: 'nothing has changed'},
    {now: undefined, is: 'gone', because: 'it was deleted'},
    {now: {...from, uid: 'another'}, is: 'gone', because: 'it was deleted and made anew'},
    {now: {...from, available: 2}, is: 'unhealthy', because: 'a pod is not available'},
    {
      now: {...from, generation: 3},
      is: 'unhealthy',
      because: 'somebody has changed it, and no controller has seen that',
    },
    {now: {...from, generation: 3, observedGeneration: 3}, is: 'healthy', because: 'a later change is rolled out, too'},
    {now: {...from, generation: 1, observedGeneration: 1}, is: 'unhealthy', because: 'it is older than the write'},
    {now: {...from, restartedAt: 'before'}, is: 'failed', because: 'somebody has changed it back'},
    {
      now: {
        ...from,
        available: 2,
        conditions: [{type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: ''}],
      },
      is: 'failed',
      because: 'its controller has given up',
    },
  ])('is $is: $because', async ({now, is}) => {
    expect((await recheck(now)).state).toBe(is)
  })

  test('says what its pods say, and what to type', async () => {
    expect(await recheck({...from, available: 2}, [crash])).toEqual({
      state: 'unhealthy',
      failure: {
        class: 'rollout',
        message: 'CrashLoopBackOff: exit code 1 (pod web-1, container app); 2 of 3 updated pods available',
        suggestions: [
          'kubectl --context eu-1 -n shop rollout status deployment/web',
          'kubectl --context eu-1 -n shop describe pod web-1',
        ],
      },
    })
  })

  test('is judged without its pods where they may not be read', async () => {
    expect(await recheck({...from, available: 2}, forbidden)).toMatchObject({
      state: 'unhealthy',
      failure: {message: '2 of 3 updated pods available'},
    })
  })

  test('is named with whoever has changed it back', async () => {
    expect(await recheck({...from, restartedAt: 'before'})).toMatchObject({failure: {class: 'reverted'}})
  })
})
