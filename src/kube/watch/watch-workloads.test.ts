import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {WorkloadNews} from '../ports/workloads.ts'
import {type FakeAnswers, fakeApi, listOf, refusal} from '../testing/fake-api.ts'
import {newestVersion, watchWorkloads} from './watch-workloads.ts'

const {signal} = new AbortController()
const event = (type: string, resourceVersion: string) => ({
  type,
  object: {
    kind: 'Deployment',
    metadata: {namespace: 'shop', name: 'web', uid: 'u1', resourceVersion},
    spec: {template: {spec: {containers: [{name: 'app', image: 'web:1'}]}}},
  },
})

function setUp(answers: FakeAnswers = {}) {
  const api = fakeApi(answers)
  const clock = createVirtualClock({loopback: false})
  const heard: WorkloadNews[] = []
  const from = {kind: 'Deployment', resourceVersion: '100', seconds: 10} as const
  const end = watchWorkloads({api, clock}, from, (news) => heard.push(news), signal)
  end.catch(() => undefined)
  return {api, clock, heard, end}
}
const settled = () => new Promise(setImmediate)

test('yields changes and bookmarks with their versions, until the server ends it', async () => {
  const {api, heard, end} = setUp()
  await settled()
  expect(api.watches[0]?.path).toBe(
    '/apis/apps/v1/deployments?watch=1&allowWatchBookmarks=true&resourceVersion=100&timeoutSeconds=10',
  )
  for (const one of [event('ADDED', '101'), event('DELETED', '102'), event('BOOKMARK', '110')])
    api.watches[0]?.send(one)
  api.watches[0]?.end()
  expect(await end).toBe('ended')
  expect(heard.map(({type, version}) => `${type} ${version}`)).toEqual(['changed 101', 'deleted 102', 'bookmark 110'])
  expect(heard[0]).toMatchObject({workload: {kind: 'Deployment', name: 'web', images: [{image: 'web:1'}]}})
})

test('410 inside the stream, and as an answer: expired', async () => {
  const inside = setUp()
  await settled()
  inside.api.watches[0]?.send({type: 'ERROR', object: {kind: 'Status', code: 410}})
  expect(await inside.end).toBe('expired')
  const answered = setUp({
    watch() {
      throw refusal(410)
    },
  })
  expect(await answered.end).toBe('expired')
})

test('another error inside the stream is a failure', async () => {
  const {api, end} = setUp()
  await settled()
  api.watches[0]?.send({type: 'ERROR', object: {kind: 'Status', code: 500}})
  await expect(end).rejects.toMatchObject({failureClass: 'server-error'})
})

test('a silent watch is ended five seconds after the server should have ended it', async () => {
  const {api, clock, end} = setUp()
  await settled()
  await clock.advance(14_999)
  expect(api.watches[0]?.aborted).toBe(false)
  await clock.advance(1)
  expect(await end).toBe('ended')
})

test('versions that are not numbers are a failure, in events and in a list', async () => {
  const {api, end} = setUp()
  await settled()
  api.watches[0]?.send(event('ADDED', 'abc'))
  await expect(end).rejects.toMatchObject({failureClass: 'server-error'})
  const odd = fakeApi({get: () => listOf('Deployment', [], 'abc')})
  await expect(newestVersion(odd, 'Deployment', signal)).rejects.toMatchObject({failureClass: 'server-error'})
})

test('the newest version of a kind: a consistent list of one, with the server’s time', async () => {
  const serverDate = new Date('2026-11-24T12:00:00Z')
  const api = fakeApi({serverDate, get: () => listOf('StatefulSet', [], '9040')})
  expect(await newestVersion(api, 'StatefulSet', signal)).toEqual({version: 9040n, serverDate})
  expect(api.gets).toEqual(['/apis/apps/v1/statefulsets?limit=1'])
})
