import {describe, expect, test} from 'vitest'
import type {ContainerImage, WorkloadImages, WorkloadKind} from '../../model/workload.ts'
import {decodeImageCache} from './decode-image-cache.ts'
import {buildImageCache, byPlace, encodeImageCache} from './image-cache.ts'

function workload(kind: WorkloadKind, place: string, ...images: readonly ContainerImage[]): WorkloadImages {
  const [namespace = '', name = ''] = place.split('/')
  return {kind, namespace, name, uid: `uid-${place}`, images}
}

const runs = (container: string, image: string, role: ContainerImage['role'] = 'container') => ({
  container,
  image,
  role,
})

const workloads = [
  workload('StatefulSet', 'shop/db', runs('db', 'postgres:16')),
  workload(
    'Deployment',
    'shop/web',
    runs('web', 'web:1'),
    runs('migrate', 'web:1', 'init'),
    runs('chown', 'web:1', 'init'),
    runs('tail', 'web:1', 'sidecar'),
    runs('log', 'web:1', 'sidecar'),
    runs('proxy', 'envoy:1', 'sidecar'),
  ),
  workload('Deployment', 'blog/web', runs('web', 'web:1')),
]

const whole = {
  clusterUid: 'uid-1',
  builtAt: new Date('2026-11-24T10:00:00Z'),
  resourceVersions: new Map<WorkloadKind, string>([
    ['StatefulSet', '12'],
    ['Deployment', '10'],
    ['DaemonSet', '11'],
  ]),
  workloads,
}

describe('the document', () => {
  test('contains when it was proved complete, if it was', () => {
    const built = buildImageCache(whole)
    const provenAt = new Date('2026-11-24T10:00:05Z')
    expect(JSON.parse(encodeImageCache(built))).not.toHaveProperty('provenAt')
    expect(decodeImageCache(encodeImageCache({...built, provenAt}))).toMatchObject({provenAt})
  })

  test('is the published form with the origin of the cache beside it', () => {
    expect(JSON.parse(encodeImageCache(buildImageCache(whole)))).toEqual({
      images: {
        'envoy:1': [{namespace: 'shop', name: 'web', kind: 'Deployment', containers: ['proxy'], sidecars: ['proxy']}],
        'postgres:16': [{namespace: 'shop', name: 'db', kind: 'StatefulSet', containers: ['db']}],
        'web:1': [
          {namespace: 'blog', name: 'web', kind: 'Deployment', containers: ['web']},
          {
            namespace: 'shop',
            name: 'web',
            kind: 'Deployment',
            containers: ['chown', 'log', 'migrate', 'tail', 'web'],
            init: ['chown', 'migrate'],
            sidecars: ['log', 'tail'],
          },
        ],
      },
      schemaVersion: 1,
      clusterUid: 'uid-1',
      builtAt: '2026-11-24T10:00:00.000Z',
      resourceVersions: {Deployment: '10', StatefulSet: '12', DaemonSet: '11'},
      workloads: 3,
    })
  })

  test('has the same bytes whatever order the lists came in', () => {
    const turned = {
      ...whole,
      workloads: workloads.toReversed().map((one) => ({...one, images: one.images.toReversed()})),
      resourceVersions: new Map([...whole.resourceVersions].toReversed()),
    }
    expect(encodeImageCache(buildImageCache(turned))).toBe(encodeImageCache(buildImageCache(whole)))
  })

  test('is read back unchanged', () => {
    const text = encodeImageCache(buildImageCache(whole))
    const read = decodeImageCache(text)
    if (!('images' in read)) throw new Error(JSON.stringify(read))
    expect(read).toMatchObject({clusterUid: 'uid-1', builtAt: whole.builtAt, workloads: 3})
    expect([...read.resourceVersions]).toEqual([
      ['Deployment', '10'],
      ['StatefulSet', '12'],
      ['DaemonSet', '11'],
    ])
    expect(read.images.get('web:1')?.[1]?.containers).toEqual([
      {container: 'chown', role: 'init'},
      {container: 'log', role: 'sidecar'},
      {container: 'migrate', role: 'init'},
      {container: 'tail', role: 'sidecar'},
      {container: 'web', role: 'container'},
    ])
    expect(encodeImageCache({...whole, workloads: 3, ...read})).toBe(text)
  })

  test.each(['__proto__', 'constructor', 'toString', '1', ''])('survives an image called %j', (image) => {
    const text = encodeImageCache(
      buildImageCache({...whole, workloads: [workload('Deployment', 'shop/web', runs('web', image))]}),
    )
    const read = decodeImageCache(text)
    expect('images' in read && [...read.images.keys()]).toEqual([image])
    expect('images' in read && read.images.get(image)).toHaveLength(1)
    expect({}).not.toHaveProperty('polluted')
  })

  test('of a cluster without workloads is an empty cache', () => {
    const read = decodeImageCache(encodeImageCache(buildImageCache({...whole, workloads: []})))
    expect(read).toMatchObject({images: new Map(), workloads: 0})
  })
})

test('workloads are sorted by kind, then by namespace and name', () => {
  const places = [...workloads, workload('DaemonSet', 'a/a'), workload('Deployment', 'blog/api')]
  expect(places.toSorted(byPlace).map(({kind, namespace, name}) => `${kind} ${namespace}/${name}`)).toEqual([
    'Deployment blog/api',
    'Deployment blog/web',
    'Deployment shop/web',
    'StatefulSet shop/db',
    'DaemonSet a/a',
  ])
})
