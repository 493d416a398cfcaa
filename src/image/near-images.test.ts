import {expect, test} from 'vitest'
import {parseImageQuery} from './image-query.ts'
import {countNear, createNearImages, mergeNear} from './near-images.ts'

const running = [
  'ghcr.io/acme/shop:3.1.4',
  'ghcr.io/acme/shop:3.2.0',
  'quay.io/acme/shop:1.0',
  `registry.k8s.io/ingress-nginx/controller:v1.9@sha256:${'ab'.repeat(32)}`,
  'nginx:1.27',
  'not an image',
]

const nearTo = (text: string, images: readonly string[] = running) => {
  const query = parseImageQuery(text)
  if ('problem' in query) throw new Error(query.problem)
  const near = createNearImages(query)
  return countNear(images.map((image) => near([image])))
}

test.each([
  {asked: 'shop', first: 'ghcr.io/acme/shop', because: 'the name without registry and path'},
  {asked: 'acme/shop', first: 'ghcr.io/acme/shop', because: 'the path without the registry'},
  {asked: 'docker.io/acme/shop', first: 'ghcr.io/acme/shop', because: 'another registry'},
  {asked: 'ghcr.io/acme/shp', first: 'ghcr.io/acme/shop', because: 'a letter is missing'},
  {asked: 'ghcr.io/acme/shop:3.1.44', first: 'ghcr.io/acme/shop:3.1.4', because: 'a tag that runs'},
  {asked: 'ghcr.io/acme/shop:9', first: 'ghcr.io/acme/shop:3.1.4', because: 'no tag is near: the ones that run'},
  {asked: 'ngnix', first: 'nginx', because: 'letters are swapped'},
  {asked: 'ghcr.io/acme/shop:3.1.4-rc*', first: 'ghcr.io/acme/shop:3.1.4', because: 'a glob of tags'},
])('$asked: $because', ({asked, first}) => {
  expect(nearTo(asked)[0]?.image).toBe(first)
})

test.each(['zzz', `sha256:${'cd'.repeat(32)}`])('nothing is similar to %s', (asked) => {
  expect(nearTo(asked)).toEqual([])
})

test('workloads are counted, five images are kept, and the nearest come first', () => {
  const many = Array.from({length: 40}, (_, index) => `ghcr.io/acme/shop:1.${index}`)
  const near = nearTo('ghcr.io/acme/shop:7', [...many, 'ghcr.io/acme/shop:1.3'])
  expect(near).toHaveLength(5)
  expect(near[0]).toEqual({image: 'ghcr.io/acme/shop:1.3', distance: 1, workloads: 2})
  expect(mergeNear([near, near])[0]).toMatchObject({workloads: 4})
})

test('a hundred thousand images that all differ take no more memory than ten thousand', () => {
  const query = parseImageQuery('shop')
  if ('problem' in query) throw new Error(query.problem)
  const near = createNearImages(query)
  let seen = 0
  for (let index = 0; index < 100_000; index++) seen += near([`r/${index}/shop:1`]).length
  expect(seen).toBe(10_000)
})
