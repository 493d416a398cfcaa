import {expect, test} from 'vitest'
import {parseImageQuery} from '../../image/image-query.ts'
import {workloadKinds} from '../../model/workload.ts'
import {isProblem} from '../../shared/problem.ts'
import {decodeImageCache} from '../cache/decode-image-cache.ts'
import type {ImageCache} from '../cache/image-cache.ts'
import {chooseNamespaces} from '../select/select-namespaces.ts'
import {answerFromCache, type CacheQuestion} from './answer-from-cache.ts'

const versions = {Deployment: '1', StatefulSet: '1', DaemonSet: '1'}

function cacheOf(content: object): ImageCache {
  const cache = decodeImageCache(JSON.stringify(content))
  if (!('images' in cache)) throw new Error(JSON.stringify(cache))
  return cache
}

function ask(content: object, text: string, more: {kinds?: CacheQuestion['kinds']; namespaces?: string[]} = {}) {
  const query = parseImageQuery(text)
  if (isProblem(query)) throw new Error(query.problem)
  const {kinds = workloadKinds, namespaces = []} = more
  return answerFromCache(cacheOf(content), {query, kinds, namespaces: chooseNamespaces(namespaces)})
}

const full = {
  images: {
    'web:1': [
      {namespace: 'shop', name: 'web', kind: 'Deployment', containers: ['app', 'migrate'], init: ['migrate']},
      {namespace: 'blog', name: 'web', kind: 'Deployment', containers: ['app']},
    ],
    'envoy:1': [{namespace: 'shop', name: 'web', kind: 'Deployment', containers: ['proxy'], sidecars: ['proxy']}],
    'postgres:16': [{namespace: 'shop', name: 'db', kind: 'StatefulSet', containers: ['db']}],
  },
  resourceVersions: versions,
}

test('a workload is found once, with all its images and those that matched', () => {
  const answer = ask(full, 'web', {namespaces: ['shop']})
  expect(answer.matches).toEqual([
    {
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
      uid: '',
      images: [
        {container: 'app', image: 'web:1', role: 'container'},
        {container: 'migrate', image: 'web:1', role: 'init'},
        {container: 'proxy', image: 'envoy:1', role: 'sidecar'},
      ],
      matched: [
        {container: 'app', image: 'web:1', role: 'container'},
        {container: 'migrate', image: 'web:1', role: 'init'},
      ],
    },
  ])
  expect(answer).toMatchObject({workloadsRead: 2, unread: [], patternsSeen: new Set(['shop'])})
})

test('only selected kinds are searched', () => {
  expect(ask(full, 'postgres', {kinds: ['Deployment']})).toMatchObject({matches: [], workloadsRead: 2, unread: []})
})

test('a kind that the cache does not contain is unread, not empty', () => {
  const answer = ask({...full, resourceVersions: {Deployment: '1'}}, 'web')
  expect(answer.unread.map(({kind, failure}) => [kind, failure.class, failure.message])).toEqual([
    ['StatefulSet', 'not-found', 'The image cache does not list workloads of kind StatefulSet.'],
    ['DaemonSet', 'not-found', 'The image cache does not list workloads of kind DaemonSet.'],
  ])
})

test('an older form contains Deployments, and the other kinds that it names', () => {
  const old = {images: {'web:1': ['shop/web', {namespace: 'shop', name: 'db', kind: 'StatefulSet'}]}}
  const answer = ask(old, 'web')
  expect(answer.matches[0]?.matched).toEqual([{container: '', image: 'web:1', role: 'container'}])
  expect(answer.unread.map(({kind}) => kind)).toEqual(['DaemonSet'])
})

test('the counts of an answer from a part of the cache are those of the whole', () => {
  const query = parseImageQuery('web')
  if (isProblem(query)) throw new Error(query.problem)
  const wholeCounts = {
    kinds: {Deployment: 9, StatefulSet: 2, DaemonSet: 3},
    namespaces: new Map([
      ['shop', {Deployment: 9, StatefulSet: 2, DaemonSet: 0}],
      ['blog', {Deployment: 0, StatefulSet: 0, DaemonSet: 3}],
    ]),
  }
  let partly: ImageCache = {...cacheOf(full), wholeCounts}
  const ask = (kinds: CacheQuestion['kinds'], ...namespaces: string[]) =>
    answerFromCache(partly, {query, kinds, namespaces: chooseNamespaces(namespaces)})
  expect(ask(workloadKinds)).toMatchObject({workloadsRead: 14})
  expect(ask(['StatefulSet', 'DaemonSet'], 'sh*', 'other')).toMatchObject({
    workloadsRead: 2,
    patternsSeen: new Set(['sh*']),
  })
  expect(ask(['StatefulSet'], 'blog')).toMatchObject({workloadsRead: 0, patternsSeen: new Set()})
  partly = {...cacheOf(full), wholeCounts: {kinds: wholeCounts.kinds}}
  expect(ask(['Deployment', 'DaemonSet'])).toMatchObject({workloadsRead: 12})
  expect(ask(workloadKinds, 'sh*', 'other')).toMatchObject({workloadsRead: 2, patternsSeen: new Set(['sh*'])})
})

test('an entry that names more containers than a call has arguments is answered', () => {
  const containers = Array.from({length: 200_000}, (_, i) => `c${i}`)
  const {matches} = ask({images: {'web:1': [{namespace: 'shop', name: 'web', containers}]}}, 'web')
  expect(matches[0]?.matched).toHaveLength(200_000)
})
