import {describe, expect, test} from 'vitest'
import {createInMemoryWorkloads} from '../../../test/support/distribution/in-memory-workloads.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import type {WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import {clusterCheck} from '../../lease/cluster-check.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadState} from '../../model/workload.ts'
import {checkedWorkloads} from './checked-workloads.ts'

const signal = new AbortController().signal
const write = {restartedAt: 'now', resourceVersion: '1', generation: 1, annotations: {}, dryRun: false}

/** Answers in turn; the last one for ever. */
function inTurn<T>(...answers: readonly T[]): () => Promise<T> {
  const left = [...answers]
  return async () => {
    const answer = left.length > 1 ? left.shift() : left[0]
    return answer as T
  }
}

interface Script {
  readonly reads?: readonly (WorkloadState | undefined)[]
  readonly accepted?: WorkloadState | undefined
  readonly news?: readonly (WorkloadState | 'deleted')[]
  /** What the cluster says of itself, in turn: ours or not. */
  readonly ours?: readonly boolean[]
}

function open(state: WorkloadState, {reads = [undefined], accepted, news = ['deleted'], ours = [true]}: Script) {
  const identity = inTurn(...ours)
  let follows = 0
  const read = inTurn(...reads)
  const base: Workloads = {
    ...createInMemoryWorkloads(state),
    read,
    patchTemplate: async () => accepted,
    follow: async () => {
      follows += 1
      const next = inTurn(...news)
      return {next, close: () => undefined} satisfies WorkloadFeed
    },
  }
  const check = clusterCheck(async () => {
    if (!(await identity())) throw new HubspokeError('other-cluster', 'Another cluster.')
  })
  const target = {clusterUid: 'c', context: 'east', uid: state.uid}
  return {workloads: checkedWorkloads(base, target, check), follows: () => follows}
}

const web = workloadState()
const other = {...web, uid: 'recreated'}

describe('a workload that is read', () => {
  test('is gone when it is missing again and again, in the planned cluster', async () => {
    expect(await open(web, {}).workloads.read(web, signal)).toBeUndefined()
  })

  test.each([
    {reads: [undefined, web], because: 'the second answer has it'},
    {reads: [undefined, undefined, web], because: 'the third answer has it'},
  ])('is not gone where $because', async ({reads}) => {
    expect(await open(web, {reads}).workloads.read(web, signal)).toBe(web)
  })

  test.each([{ours: [false]}, {ours: [true, false]}, {ours: [true, true, false]}])(
    'is not gone where one answer of $ours comes from another cluster',
    async ({ours}) => {
      const reading = open(web, {ours}).workloads.read(web, signal)
      await expect(reading).rejects.toMatchObject({failureClass: 'other-cluster'})
    },
  )

  test('is not gone where another cluster was seen before, whoever answers now', async () => {
    const {workloads} = open(web, {ours: [false, true]})
    await expect(workloads.read(web, signal)).rejects.toMatchObject({failureClass: 'other-cluster'})
    await expect(workloads.read(web, signal)).rejects.toMatchObject({failureClass: 'other-cluster'})
  })
})

describe('a write that is answered with "not found"', () => {
  test('was of no workload when there is none, or another one', async () => {
    expect(await open(web, {}).workloads.patchTemplate(web, write, signal)).toBeUndefined()
    expect(await open(web, {reads: [other]}).workloads.patchTemplate(web, write, signal)).toBeUndefined()
  })

  test('may have arrived when the workload is there', async () => {
    const writing = open(web, {reads: [web]}).workloads.patchTemplate(web, write, signal)
    await expect(writing).rejects.toMatchObject({failureClass: 'server-error', refused: false})
  })
})

describe('a watch that says "deleted"', () => {
  test('is believed when the workload is missing, or another one', async () => {
    for (const reads of [[undefined], [other]]) {
      const feed = await open(web, {reads}).workloads.follow(web, signal)
      expect(await feed.next(signal)).toBe('deleted')
    }
  })

  test('is followed anew when the workload is there, and not for ever', async () => {
    const {workloads, follows} = open(web, {reads: [web]})
    const feed = await workloads.follow(web, signal)
    expect(await feed.next(signal)).toBe(web)
    expect(await feed.next(signal)).toBe(web)
    expect(follows()).toBe(3)
    await expect(feed.next(signal)).rejects.toMatchObject({failureClass: 'server-error'})
  })
})
