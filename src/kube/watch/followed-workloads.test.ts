import {expect, test} from 'vitest'
import type {WorkloadFeed} from '../ports/workloads.ts'
import {toWorkloadState} from '../workloads/workload-state.ts'
import {createFollowedWorkloads} from './followed-workloads.ts'

const never = new AbortController().signal
const web = {kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'} as const
const object = (resourceVersion: string, more = {}) => ({
  metadata: {namespace: 'shop', name: 'web', uid: 'u1', resourceVersion, ...more},
})

async function next(feed: WorkloadFeed): Promise<string> {
  const state = await feed.next(never)
  return state === 'deleted' ? state : state.resourceVersion
}

test('delivers the newest state, once, to each follower', async () => {
  const followed = createFollowedWorkloads('Deployment')
  const [one, two] = [followed.add(web), followed.add(web)]
  followed.changed(object('1'))
  followed.changed(object('2'))
  expect(await Promise.all([next(one), next(two)])).toEqual(['2', '2'])
  const waiting = next(one)
  followed.changed(object('3'))
  expect(await waiting).toBe('3')
})

test('states older than the last one are dropped, from any source', async () => {
  const followed = createFollowedWorkloads('Deployment')
  const feed = followed.add(web)
  followed.found(web, toWorkloadState('Deployment', object('10')))
  expect(await next(feed)).toBe('10')
  followed.changed(object('9'))
  const waiting = next(feed)
  followed.changed(object('11'))
  expect(await waiting).toBe('11')
})

test('changes of other workloads are not delivered', async () => {
  const followed = createFollowedWorkloads('Deployment')
  const feed = followed.add(web)
  followed.changed(object('1', {uid: 'u2', name: 'other'}))
  followed.deleted(object('1', {uid: 'u2', name: 'other'}))
  followed.changed(object('2'))
  expect(await next(feed)).toBe('2')
})

test.each([
  {because: 'it was deleted', tell: (followed: Followed) => followed.deleted(object('5'))},
  {because: 'another one has its name', tell: (followed: Followed) => followed.changed(object('5', {uid: 'u2'}))},
  {because: 'a read does not find it', tell: (followed: Followed) => followed.found(web, undefined)},
  {
    because: 'a read finds another one',
    tell: (followed: Followed) => followed.found(web, toWorkloadState('Deployment', object('5', {uid: 'u2'}))),
  },
])('ends with "deleted", for ever, where $because', async ({tell}) => {
  const followed = createFollowedWorkloads('Deployment')
  const feed = followed.add(web)
  const waiting = next(feed)
  tell(followed)
  expect([await waiting, await next(feed)]).toEqual(['deleted', 'deleted'])
  expect(followed.has('u1')).toBe(false)
})

type Followed = ReturnType<typeof createFollowedWorkloads>

test('the last state is delivered before the end', async () => {
  const followed = createFollowedWorkloads('Deployment')
  const feed = followed.add(web)
  followed.changed(object('1'))
  followed.deleted(object('2'))
  expect(await next(feed)).toBe('deleted')
})

test('a failure ends the feed of its workload only', async () => {
  const followed = createFollowedWorkloads('Deployment')
  const feed = followed.add(web)
  const other = followed.add({...web, name: 'api', uid: 'u2'})
  followed.fail(web, new Error('no permission any more'))
  await expect(feed.next(never)).rejects.toThrow('no permission any more')
  followed.changed(object('1', {uid: 'u2', name: 'api'}))
  expect(await next(other)).toBe('1')
})

test('no state is missed after an aborted wait', async () => {
  const followed = createFollowedWorkloads('Deployment')
  const feed = followed.add(web)
  const controller = new AbortController()
  const waiting = feed.next(controller.signal)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  followed.changed(object('1'))
  await expect(feed.next(controller.signal)).rejects.toThrow('enough')
  expect(await next(feed)).toBe('1')
})

test('a workload is followed until its last feed is closed, also when one is closed twice', () => {
  const followed = createFollowedWorkloads('Deployment')
  const [one, two] = [followed.add(web), followed.add(web)]
  one.close()
  one.close()
  expect(followed.list()).toEqual([web])
  two.close()
  expect(followed.list()).toEqual([])
})

test('is listed by namespace', () => {
  const followed = createFollowedWorkloads('Deployment')
  const other = {...web, namespace: 'shop2', uid: 'u2'}
  followed.add(web)
  followed.add(other)
  expect(followed.list('shop')).toEqual([web])
  expect(followed.list()).toEqual([web, other])
})
