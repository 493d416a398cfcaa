import {beforeEach, describe, expect, test} from 'vitest'
import type {ApiObject} from '../api-object.ts'
import {configMaps, pods, replicaSets} from './resources.ts'
import {Store} from './store.ts'

const map = (name: string, data: object = {}): ApiObject => ({metadata: {name, namespace: 'shop'}, data})
const names = (objects: readonly ApiObject[] | undefined): readonly string[] | undefined =>
  objects?.map(({metadata}) => metadata.name)

describe('the store', () => {
  let store: Store
  beforeEach(() => {
    store = new Store()
  })

  test('gives every change the next version, whatever its resource', () => {
    const a = store.put(configMaps, map('a'))
    const b = store.put(pods, map('b'))
    const changed = store.put(configMaps, map('a', {k: 'v'}))
    const gone = store.delete(configMaps, 'shop/a')
    expect([a, b, changed, gone].map((object) => object?.metadata.resourceVersion)).toEqual(['1', '2', '3', '4'])
    expect(store.version).toBe(4)
    expect(gone?.data).toEqual({k: 'v'})
    expect(store.delete(configMaps, 'shop/a')).toBeUndefined()
  })

  test('lists in the order of keys, byte by byte: "a-b/x" before "a/x"', () => {
    store.put(configMaps, {metadata: {name: 'x', namespace: 'a'}})
    store.put(configMaps, {metadata: {name: 'x', namespace: 'a-b'}})
    expect(store.all(configMaps).map(({metadata}) => metadata.namespace)).toEqual(['a-b', 'a'])
  })

  test('returns its content at an earlier version', () => {
    store.put(configMaps, map('a', {k: '1'}))
    store.put(configMaps, map('b'))
    const version = store.version
    store.put(configMaps, map('a', {k: '2'}))
    store.put(configMaps, map('a', {k: '3'}))
    store.delete(configMaps, 'shop/b')
    store.put(configMaps, map('c'))
    expect(names(store.all(configMaps))).toEqual(['a', 'c'])
    expect(names(store.allAt(configMaps, version))).toEqual(['a', 'b'])
    expect(store.allAt(configMaps, version)?.[0]?.data).toEqual({k: '1'})
    expect(store.allAt(configMaps, store.version)).toEqual(store.all(configMaps))
  })

  test('returns the changes since a version, with the state before', () => {
    store.put(configMaps, map('a', {k: '1'}))
    store.put(configMaps, map('a', {k: '2'}))
    store.delete(configMaps, 'shop/a')
    const changes = store.changesSince(1) ?? []
    expect(changes.map(({type, version, previous}) => [type, version, previous?.data])).toEqual([
      ['MODIFIED', 2, {k: '1'}],
      ['DELETED', 3, {k: '2'}],
    ])
    expect(store.changesSince(3)).toEqual([])
  })

  test('expires all existing versions on demand, and continues', () => {
    store.put(configMaps, map('a'))
    const seen = store.version
    store.expire()
    expect([store.changesSince(seen), store.allAt(configMaps, seen)]).toEqual([undefined, undefined])
    const now = store.version
    store.put(configMaps, map('b'))
    expect(store.changesSince(now)).toHaveLength(1)
    expect(names(store.allAt(configMaps, now))).toEqual(['a'])
  })

  test('drops the oldest changes by itself', () => {
    for (let count = 0; count < 26_000; count++) store.put(configMaps, map('a', {count}))
    expect(store.changesSince(1)).toBeUndefined()
    expect(store.changesSince(25_999)).toHaveLength(1)
  })

  test('finds the objects that an owner controls, without released and removed ones', () => {
    const owned = (name: string, uid: string): ApiObject => ({
      metadata: {
        name,
        namespace: 'shop',
        ownerReferences: [{apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'o', uid}],
      },
    })
    store.put(pods, owned('a', 'u1'))
    store.put(pods, owned('b', 'u1'))
    store.put(pods, owned('c', 'u1'))
    store.put(replicaSets, owned('a', 'u1'))
    store.put(pods, owned('b', 'u2'))
    store.delete(pods, 'shop/c')
    expect(names(store.ownedBy('u1', pods))).toEqual(['a'])
    expect(names(store.ownedBy('u2', pods))).toEqual(['b'])
    expect(names(store.ownedBy('u1', replicaSets))).toEqual(['a'])
  })

  test('notifies its listeners until they are removed', () => {
    const heard: string[] = []
    const stop = store.subscribe(({type, key}) => heard.push(`${type} ${key}`))
    store.put(configMaps, map('a'))
    stop()
    store.put(configMaps, map('b'))
    expect(heard).toEqual(['ADDED shop/a'])
  })
})
