import {expect, test} from 'vitest'
import type {StoredCache} from './cache-store.ts'
import {judgeCache, judgeForChanges, judgeProof, parseFreshness, takenAsItIs} from './freshness.ts'
import type {ImageCache} from './image-cache.ts'

const here = {uid: 'uid-east', isFallback: false}
const hidden = {uid: 'sha256:abc', isFallback: true}
const present = (more: Partial<ImageCache>): StoredCache & {readonly state: 'present'} => ({
  state: 'present',
  cache: {images: new Map(), resourceVersions: new Map(), ...more},
  uid: 'uid-of-configmap',
  resourceVersion: '1',
  bytes: 2,
})
const unreadable: StoredCache = {
  state: 'unreadable',
  problem: 'The image cache is torn.',
  uid: 'uid-of-configmap',
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
    reason: 'the image cache was taken unverified: it does not name its cluster',
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
  {stored: present({}), reason: 'the image cache was taken unverified: it does not name its cluster'},
])('a cache is used as it is: $reason', ({stored, reason}) => {
  expect(takenAsItIs(stored)).toEqual({cache: expect.anything(), reason})
})

test.each([
  {stored: {state: 'missing'} as const, reason: 'no image cache in this cluster'},
  {stored: unreadable, reason: 'the image cache cannot be used: the image cache is torn'},
])('no cache is used: $reason', ({stored, reason}) => {
  expect(takenAsItIs(stored)).toEqual({reason})
})

test.each([
  {stored: {state: 'missing'} as const, identity: here, reason: 'no image cache in this cluster'},
  {stored: unreadable, identity: here, reason: 'the image cache cannot be used: the image cache is torn'},
  {stored: present({clusterUid: 'uid-west'}), identity: here, reason: 'the image cache is of another cluster'},
])('a cache does not answer: $reason', ({stored, identity, reason}) => {
  expect(judgeCache(stored, identity)).toEqual({reason})
})

const versions = new Map([['Deployment', '10'] as const])
const known = {clusterUid: 'uid-east', resourceVersions: versions}

test.each([
  {stored: {state: 'missing'} as const, reason: 'no image cache in this cluster'},
  {stored: unreadable, reason: 'the image cache cannot be used: the image cache is torn'},
  {stored: present({...known, clusterUid: 'uid-west'}), reason: 'the image cache is of another cluster'},
  {stored: present({resourceVersions: versions}), reason: 'the image cache does not name its cluster'},
  {
    stored: present(known),
    identity: hidden,
    reason: 'the UID of this cluster may not be read, so its image cache cannot be verified',
  },
  {stored: present({clusterUid: 'uid-east'}), reason: 'the image cache has no resourceVersions'},
  {stored: present(known), version: 'v1.28.0', reason: 'servers of version v1.28.0 seldom prove what has changed'},
  {
    stored: present(known),
    version: 'v1.30.14-gke.1',
    reason: 'servers of version v1.30.14-gke.1 seldom prove what has changed',
  },
])('a cluster is listed, instead of its changes: $reason', ({stored, identity = here, version, reason}) => {
  expect(judgeForChanges(stored, {identity, version})).toEqual({reason})
})

test.each(['v1.31.0', 'v1.36.3+k3s1', 'v2.0.0', 'unknown', undefined])(
  'changes can be read from a server of version %s',
  (version) => {
    expect(judgeForChanges(present(known), {identity: here, version})).toHaveProperty('cache')
  },
)

const at = (time: string) => new Date(`2026-11-24T${time}Z`)
const proved = (
  provenAt: Date | undefined,
  serverDate: Date | undefined = at('12:00:00'),
  more: Partial<ImageCache> = {},
): StoredCache => ({
  ...present({...known, ...(provenAt && {provenAt}), ...more}),
  ...(serverDate && {serverDate}),
})
const judge = (stored: StoredCache) => judgeProof(stored, {withinMs: 30_000, kinds: ['Deployment']})

test.each([
  {provenAt: at('11:59:31'), ageMs: 30_000, text: '30s', because: 'exactly the maximum age'},
  {provenAt: at('12:00:00'), ageMs: 1000, text: '1.0s', because: 'the date has whole seconds'},
  {provenAt: at('12:00:01'), ageMs: 0, text: '0ms', because: 'within the second of the date'},
])('a proof of $provenAt counts: $because', ({provenAt, ageMs, text}) => {
  const reason = `the image cache was proved complete ${text} ago`
  expect(judge(proved(provenAt))).toEqual({cache: expect.anything(), ageMs, reason})
})

test.each([
  {stored: {state: 'missing'} as const, reason: 'no image cache in this cluster'},
  {stored: unreadable, reason: 'the image cache cannot be used: the image cache is torn'},
  {stored: proved(undefined), reason: 'nothing has proved the image cache complete'},
  {
    stored: proved(at('12:00:00'), at('12:00:00'), {resourceVersions: new Map()}),
    reason: 'nothing has proved the image cache complete',
  },
  {stored: proved(at('11:59:30.999')), reason: 'the image cache was proved complete 30s ago'},
  {stored: proved(at('10:00:00')), reason: 'the image cache was proved complete 2h ago'},
  {stored: proved(at('12:00:01.001')), reason: 'the image cache was proved complete in the future'},
  {
    stored: present({...known, provenAt: at('12:00:00')}),
    reason: 'the server reports no date',
  },
])('a proof does not count: $reason', ({stored, reason}) => {
  expect(judge(stored)).toEqual({reason})
})

test('a proof in a cache that does not name its cluster does not count', () => {
  const stored: StoredCache = {
    ...present({resourceVersions: versions, provenAt: at('12:00:00')}),
    serverDate: at('12:00:00'),
  }
  expect(judge(stored)).toEqual({reason: 'nothing has proved the image cache complete'})
})
