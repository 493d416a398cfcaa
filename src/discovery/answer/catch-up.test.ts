import {describe, expect, test} from 'vitest'
import type {WorkloadChange} from '../../kube/ports/workloads.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import {buildImageCache, encodeImageCache} from '../cache/image-cache.ts'
import {countWorkloads} from '../cache/split-images.ts'
import {workload} from '../testing/fake-cluster.ts'
import {applyChanges, type NotCaughtUp, whyCaughtUp, whyNotCaughtUp} from './catch-up.ts'

const before = [
  workload('shop/web', 'web:1', 'envoy:1'),
  workload('shop/api', 'api:1', 'envoy:1'),
  workload('StatefulSet/shop/web', 'web:1'),
  workload('blog/web', 'web:1'),
]

const cacheOf = (workloads: typeof before) =>
  buildImageCache({
    clusterUid: 'uid-east',
    builtAt: new Date('2026-11-24T10:00:00Z'),
    resourceVersions: new Map<WorkloadKind, string>([['Deployment', '100']]),
    workloads,
  })

const isBefore = ({kind, namespace, name}: (typeof before)[number]) =>
  before.some((one) => one.kind === kind && one.namespace === namespace && one.name === name)
const changed = (...now: typeof before): WorkloadChange[] =>
  now.map((one) => ({type: 'changed', wasThere: isBefore(one), workload: one}))
const deleted = (place: string): WorkloadChange => {
  const gone = workload(place, 'web:1')
  return {type: 'deleted', wasThere: isBefore(gone), workload: gone}
}
const without = (...places: string[]) =>
  before.filter((one) => !places.includes(`${one.kind}/${one.namespace}/${one.name}`))

describe('a cache with changes equals a cache that is built now', () => {
  test.each([
    {what: 'nothing changed', changes: [], now: before},
    {
      what: 'an image changed',
      changes: changed(workload('shop/web', 'web:2', 'envoy:1')),
      now: [...without('Deployment/shop/web'), workload('shop/web', 'web:2', 'envoy:1')],
    },
    {
      what: 'a container was removed',
      changes: changed(workload('shop/web', 'web:1')),
      now: [...without('Deployment/shop/web'), workload('shop/web', 'web:1')],
    },
    {
      what: 'a workload is new, with a new image',
      changes: changed(workload('new/app', 'app:1')),
      now: [...before, workload('new/app', 'app:1')],
    },
    {what: 'a workload was deleted', changes: [deleted('shop/web')], now: without('Deployment/shop/web')},
    {
      what: 'the last one with an image was deleted',
      changes: [deleted('shop/api')],
      now: without('Deployment/shop/api'),
    },
    {what: 'one was created and deleted between reads', changes: [deleted('shop/never-seen')], now: before},
    {
      what: 'a StatefulSet changed, not the Deployment with its name',
      changes: changed(workload('StatefulSet/shop/web', 'db:1')),
      now: [...without('StatefulSet/shop/web'), workload('StatefulSet/shop/web', 'db:1')],
    },
  ])('$what', ({changes, now}) => {
    const cache = cacheOf(before)
    const applied = applyChanges(cache, changes)
    expect(encodeImageCache({...cache, images: applied.images})).toBe(
      encodeImageCache({...cache, images: cacheOf(now).images}),
    )
    expect(cache.images).toEqual(cacheOf(before).images)
  })

  test.each([
    {what: 'nothing', changes: []},
    {what: 'an image', changes: changed(workload('shop/web', 'web:2'))},
    {what: 'a new one, in a namespace of its own', changes: changed(workload('new/app', 'app:1'))},
    {what: 'a deleted one', changes: [deleted('StatefulSet/shop/web')]},
    {what: 'one that was created and deleted', changes: [deleted('shop/never-seen')]},
    {what: 'all of it', changes: before.map(({kind, namespace, name}) => deleted(`${kind}/${namespace}/${name}`))},
    {
      what: 'another one with the same name',
      changes: changed(workload('DaemonSet/shop/web', 'web:1'), workload('blog/web', 'x')),
    },
  ])('has the right counts, also if only a part of its images was read: $what', ({changes}) => {
    const whole = cacheOf(before)
    const wholeCounts = countWorkloads(whole.images)
    const inPart = new Map([...whole.images].filter(([image]) => image === 'api:1'))
    const applied = applyChanges({...whole, images: inPart, wholeCounts}, changes)
    const now = countWorkloads(applyChanges(whole, changes).images)
    expect(applied.wholeCounts?.kinds).toEqual(now.kinds)
    const inhabited = [...(applied.wholeCounts?.namespaces ?? [])].filter(([, byKind]) =>
      Object.values(byKind).some(Boolean),
    )
    expect(new Map(inhabited)).toEqual(now.namespaces)
    expect(wholeCounts).toEqual(countWorkloads(whole.images))
  })

  test('missing counts by namespace stay missing', () => {
    const {kinds} = countWorkloads(cacheOf(before).images)
    const applied = applyChanges({...cacheOf(before), wholeCounts: {kinds}}, changed(workload('new/app', 'app:1')))
    expect(applied.wholeCounts).toEqual({kinds: {...kinds, Deployment: kinds.Deployment + 1}})
  })
})

const every: readonly NotCaughtUp[] = [
  'expired',
  'ahead',
  'incomparable',
  'forbidden',
  'silent',
  'failed',
  'not-cached',
]

describe('the reason', () => {
  test.each([
    {changes: 0, scanned: [], text: 'the image cache with no changes'},
    {changes: 1, scanned: [], text: 'the image cache with 1 change'},
    {
      changes: 12,
      scanned: [{kind: 'StatefulSet', why: 'expired'}],
      text: 'the image cache with 12 changes; StatefulSets scanned: the server no longer has changes that old',
    },
    {
      changes: 2,
      scanned: [
        {kind: 'Deployment', why: 'forbidden'},
        {kind: 'DaemonSet', why: 'forbidden'},
      ],
      text: 'the image cache with 2 changes; Deployments and DaemonSets scanned: changes may not be watched',
    },
  ] as const)('$text', ({changes, scanned, text}) => {
    expect(whyCaughtUp(changes, scanned)).toBe(text)
  })

  test.each(every)('has its own words for %s', (why) => {
    const text = whyNotCaughtUp([{kind: 'Deployment', why}])
    expect(text).toMatch(/^the image cache could not be brought up to date: [a-z ]{20,50}$/)
    const others = every
      .filter((other) => other !== why)
      .map((other) => whyNotCaughtUp([{kind: 'Deployment', why: other}]))
    expect(others).not.toContain(text)
  })

  test('names each kind where no changes could be read, for different reasons', () => {
    const scanned = [
      {kind: 'Deployment', why: 'expired'},
      {kind: 'StatefulSet', why: 'silent'},
      {kind: 'DaemonSet', why: 'expired'},
    ] as const
    expect(whyNotCaughtUp(scanned)).toBe(
      'the image cache could not be brought up to date: Deployments and DaemonSets scanned: ' +
        'the server no longer has changes that old; StatefulSets scanned: the server sent no proof in time',
    )
  })
})
