import {expect, test} from 'vitest'
import type {StoredCache} from './cache-store.ts'
import {judgeCache, parseFreshness, takenAsItIs, whyScanned} from './freshness.ts'
import type {ImageCache} from './image-cache.ts'

const here = {uid: 'uid-east', standsIn: false}
const hidden = {uid: 'sha256:abc', standsIn: true}
const present = (more: Partial<ImageCache>): StoredCache => ({
  state: 'present',
  cache: {images: new Map(), resourceVersions: new Map(), ...more},
  resourceVersion: '1',
  bytes: 2,
})
const unreadable: StoredCache = {
  state: 'unreadable',
  problem: 'The image cache is torn.',
  resourceVersion: '1',
  bytes: 2,
}

test.each([
  ['exact', 'exact'],
  ['cache', 'cache'],
  ['scan', 'scan'],
  ['30s', {provenWithinMs: 30_000}],
  ['0', {provenWithinMs: 0}],
  ['30', undefined],
  ['Exact', undefined],
  ['', undefined],
] as const)('--fresh %s', (text, expected) => {
  expect(parseFreshness(text)).toEqual(expected)
})

test.each([
  {stored: present({clusterUid: 'uid-east'}), identity: here, reason: 'the image cache was taken as it is'},
  {
    stored: present({}),
    identity: here,
    reason: 'the image cache was taken unverified: it does not say which cluster it is of',
  },
  {
    stored: present({clusterUid: 'uid-east'}),
    identity: hidden,
    reason: 'the image cache was taken unverified: the UID of this cluster may not be read',
  },
])('a cache answers: $reason', ({stored, identity, reason}) => {
  expect(judgeCache(stored, identity)).toEqual({cache: expect.anything(), reason})
})

test.each([
  {stored: present({clusterUid: 'any'}), reason: 'the image cache was taken as it is, with its UID'},
  {stored: present({}), reason: 'the image cache was taken unverified: it does not say which cluster it is of'},
])('a cache is taken as it is: $reason', ({stored, reason}) => {
  expect(takenAsItIs(stored)).toEqual({cache: expect.anything(), reason})
})

test.each([
  {stored: {state: 'missing'} as const, reason: 'no image cache in this cluster'},
  {stored: unreadable, reason: 'the image cache cannot be used: the image cache is torn'},
])('no cache is taken: $reason', ({stored, reason}) => {
  expect(takenAsItIs(stored)).toEqual({reason})
})

test.each([
  {stored: {state: 'missing'} as const, identity: here, reason: 'no image cache in this cluster'},
  {stored: unreadable, identity: here, reason: 'the image cache cannot be used: the image cache is torn'},
  {stored: present({clusterUid: 'uid-west'}), identity: here, reason: 'the image cache is of another cluster'},
])('a cache does not answer: $reason', ({stored, identity, reason}) => {
  expect(judgeCache(stored, identity)).toEqual({reason})
})

test.each([
  {stored: {state: 'missing'} as const, reason: 'no image cache in this cluster'},
  {stored: unreadable, reason: 'the image cache cannot be used: the image cache is torn'},
  {stored: present({clusterUid: 'uid-west'}), reason: 'the image cache is of another cluster'},
  {stored: present({}), reason: 'the image cache does not say which cluster it is of'},
  {
    stored: present({clusterUid: 'uid-east'}),
    identity: hidden,
    reason: 'the UID of this cluster may not be read, so its image cache cannot be verified',
  },
  {stored: present({clusterUid: 'uid-east', workloads: 1}), reason: 'the cluster is small: 1 workload'},
  {stored: present({clusterUid: 'uid-east', workloads: 1999}), reason: 'the cluster is small: 1999 workloads'},
  {stored: present({clusterUid: 'uid-east', workloads: 2000}), reason: 'exact answers are scanned'},
  {
    stored: present({clusterUid: 'uid-east', workloads: 1}),
    fresh: {provenWithinMs: 30_000},
    reason: 'nothing has proved the image cache complete',
  },
])('a scan says why: $reason', ({stored, identity = here, fresh = 'exact' as const, reason}) => {
  expect(whyScanned(stored, identity, fresh)).toBe(reason)
})
