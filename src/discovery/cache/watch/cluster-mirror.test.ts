import {describe, expect, test} from 'vitest'
import type {WorkloadNews} from '../../../kube/ports/workloads.ts'
import {type WorkloadImages, workloadKinds} from '../../../model/workload.ts'
import {workload} from '../../testing/fake-cluster.ts'
import {randomCache} from '../../testing/random-cache.ts'
import {encodeImageCache} from '../image-cache.ts'
import {type ClusterMirror, createClusterMirror} from './cluster-mirror.ts'

const origin = {clusterUid: 'uid', builtAt: new Date('2026-11-24T12:00:00Z')}
const changed = (version: bigint, place: string, ...images: string[]): WorkloadNews => ({
  type: 'changed',
  version,
  workload: workload(place, ...images),
})
const deleted = (version: bigint, place: string): WorkloadNews => ({
  type: 'deleted',
  version,
  workload: workload(place),
})

/** A mirror of lists at version 100. */
function mirrorOf(...workloads: readonly WorkloadImages[]): ClusterMirror {
  const mirror = createClusterMirror(() => undefined)
  for (const kind of workloadKinds) {
    mirror.list(
      kind,
      workloads.filter((one) => one.kind === kind),
      100n,
    )
  }
  return mirror
}
const imagesIn = (mirror: ClusterMirror) =>
  Object.fromEntries(
    [...mirror.toCache(origin).images].map(([image, entries]) => [image, entries.map(({name}) => name)]),
  )

test('contains the lists, with later changes', () => {
  const mirror = mirrorOf(workload('shop/web', 'web:1'), workload('shop/cart', 'cart:1', 'proxy:1'))
  mirror.take('Deployment', changed(101n, 'shop/web', 'web:2'))
  mirror.take('Deployment', deleted(102n, 'shop/cart'))
  mirror.take('Deployment', changed(103n, 'shop/new', 'proxy:1'))
  mirror.take('StatefulSet', {type: 'bookmark', version: 140n})
  const {images, resourceVersions, workloads} = mirror.toCache(origin)
  expect([...images.keys()].sort()).toEqual(['proxy:1', 'web:2'])
  expect(workloads).toBe(2)
  expect(Object.fromEntries(resourceVersions)).toEqual({Deployment: '103', StatefulSet: '140', DaemonSet: '100'})
})

test.each([
  {news: changed(101n, 'shop/web', 'web:1'), because: 'the same images: scaled, labelled, or its status'},
  {news: {type: 'bookmark', version: 200n} as const, because: 'a bookmark'},
  {news: deleted(101n, 'shop/unknown'), because: 'the deletion of an unknown workload'},
  {news: changed(100n, 'shop/web', 'web:2'), because: 'older than the list'},
])('is no change: $because', ({news}) => {
  const mirror = mirrorOf(workload('shop/web', 'web:1'))
  const before = mirror.changes()
  mirror.take('Deployment', news)
  expect(mirror.changes()).toBe(before)
  expect(imagesIn(mirror)).toEqual({'web:1': ['web']})
})

test.each([
  changed(101n, 'shop/web', 'web:2'),
  changed(101n, 'shop/web', 'web:1', 'web:1'),
  changed(101n, 'shop/new', 'web:1'),
  deleted(101n, 'shop/web'),
])('is one change: %o', (news) => {
  const mirror = mirrorOf(workload('shop/web', 'web:1'))
  const before = mirror.changes()
  mirror.take('Deployment', news)
  expect(mirror.changes()).toBe(before + 1)
})

describe('a list', () => {
  test('replaces the known state, and unchanged workloads are no change', () => {
    const mirror = mirrorOf(workload('shop/web', 'web:1'), workload('shop/gone', 'gone:1'))
    const before = mirror.changes()
    mirror.list('Deployment', [workload('shop/web', 'web:1'), workload('shop/new', 'new:1')], 150n)
    expect(imagesIn(mirror)).toEqual({'web:1': ['web'], 'new:1': ['new']})
    expect(mirror.changes()).toBe(before + 2)
  })

  test('that is older than the known state is ignored', () => {
    const mirror = mirrorOf(workload('shop/web', 'web:1'))
    mirror.take('Deployment', changed(120n, 'shop/web', 'web:2'))
    mirror.list('Deployment', [workload('shop/web', 'web:1')], 119n)
    expect(imagesIn(mirror)).toEqual({'web:2': ['web']})
    expect(mirror.versionOf('Deployment')).toBe(120n)
  })
})

describe('a saved cache', () => {
  test('is returned unchanged', () => {
    const cache = randomCache(7, {workloads: 500, repositories: 100, namespaces: 10})
    const mirror = createClusterMirror(() => undefined)
    expect(mirror.adopt(cache)).toBe(true)
    expect(encodeImageCache(mirror.toCache(cache))).toBe(encodeImageCache(cache))
  })

  test('replaces the kinds of which it is newer; the others stay', () => {
    const mirror = mirrorOf(workload('shop/web', 'web:1'), workload('StatefulSet/shop/db', 'db:1'))
    mirror.take('Deployment', changed(130n, 'shop/web', 'web:2'))
    const theirs = mirrorOf(workload('shop/web', 'web:1'), workload('StatefulSet/shop/db', 'db:1'))
    theirs.take('StatefulSet', changed(120n, 'StatefulSet/shop/db', 'db:2'))
    expect(mirror.adopt(theirs.toCache(origin))).toBe(true)
    expect(imagesIn(mirror)).toEqual({'web:2': ['web'], 'db:2': ['db']})
  })

  test.each([
    {what: 'how many there are', spoilt: {workloads: 3}},
    {what: 'of which version it is', spoilt: {resourceVersions: new Map([['Deployment', '1'] as const])}},
    {
      what: 'which containers run the image',
      spoilt: {images: new Map([['a:1', [{kind: 'Deployment', namespace: 'n', name: 'a', containers: []} as const]]])},
    },
  ])('without $what is refused completely', ({spoilt}) => {
    const cache = mirrorOf(workload('shop/web', 'web:1')).toCache(origin)
    const mirror = createClusterMirror(() => undefined)
    expect(mirror.adopt({...cache, ...spoilt})).toBe(false)
    expect(mirror.isWhole()).toBe(false)
  })
})
