import {describe, expect, test} from 'vitest'
import type {ClusterAccess} from '../kube/ports/cluster-access.ts'
import {HubspokeError} from '../model/failure.ts'
import {clustersOfOneUid} from './clusters-of-one-uid.ts'

/** Each context leads to a history, whose version grows by a step with every read of it. */
function histories(contexts: Readonly<Record<string, {history: string; endpoint?: string; denied?: boolean}>>) {
  const versions = new Map<string, bigint>([
    ['one', 100n],
    ['two', 900n],
  ])
  const asked: string[] = []
  const open = (context: string) => ({
    workloads: {
      newest() {
        const {history = '', denied = false} = contexts[context] ?? {}
        asked.push(context)
        if (denied) return Promise.reject(new HubspokeError('forbidden', 'Not permitted.'))
        const version = (versions.get(history) ?? 0n) + 1n
        versions.set(history, version)
        return Promise.resolve({version})
      },
    },
  })
  const found = Object.keys(contexts).map((context) => ({context, uid: 'u1'}))
  const deps = {
    open: open as unknown as (context: string) => ClusterAccess,
    endpointOf: (context: string) => contexts[context]?.endpoint ?? context,
    signal: new AbortController().signal,
  }
  return {asked, told: clustersOfOneUid(found, 'Deployment', deps)}
}

describe('contexts that report one UID', () => {
  test.each([
    {how: 'two histories', contexts: {a: {history: 'one'}, b: {history: 'two'}}, told: {a: 'a', b: 'b'}},
    {how: 'the older one second', contexts: {a: {history: 'two'}, b: {history: 'one'}}, told: {a: 'a', b: 'b'}},
    {how: 'two addresses of one history', contexts: {a: {history: 'one'}, b: {history: 'one'}}, told: {}},
    {
      how: 'two addresses of one, and another one',
      contexts: {a: {history: 'one'}, b: {history: 'two'}, c: {history: 'one'}},
      told: {a: 'a', b: 'b', c: 'a'},
    },
    {
      how: 'two users of one address, and another one',
      contexts: {a: {history: 'one', endpoint: 'x'}, b: {history: 'one', endpoint: 'x'}, c: {history: 'two'}},
      told: {a: 'a', b: 'a', c: 'c'},
    },
    {
      how: 'one that may not be read proves nothing',
      contexts: {a: {history: 'one'}, b: {history: 'two', denied: true}},
      told: {},
    },
  ])('$how', async ({contexts, told}) => {
    expect(Object.fromEntries(await histories(contexts).told)).toEqual(told)
  })

  test('the same address is not asked', async () => {
    const {asked, told} = histories({a: {history: 'one', endpoint: 'x'}, b: {history: 'one', endpoint: 'x'}})
    expect([...(await told)]).toEqual([])
    expect(asked).toEqual([])
  })
})
