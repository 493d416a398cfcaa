import {expect, test} from 'vitest'
import {shardOfImage, shardOfRepository, shardOfText} from './shard-of-image.ts'

const digest = `@sha256:${'ab'.repeat(32)}`

test.each([
  {because: 'tag and digest', images: ['ghcr.io/acme/web', 'ghcr.io/acme/web:1.0', `ghcr.io/acme/web${digest}`]},
  {because: 'the case of the host', images: ['GHCR.io/acme/web:1', 'ghcr.io/acme/web:1']},
  {because: 'omitted parts on Docker Hub', images: ['nginx', 'docker.io/library/nginx:1', 'index.docker.io/nginx']},
])('images of a repository are in one shard, ignoring $because', ({images}) => {
  expect(new Set(images.map((image) => shardOfImage(image, 2 ** 32))).size).toBe(1)
})

test('a repository has the same shard as its images', () => {
  const wanted = shardOfImage('EU.example/shop/web:1', 64)
  expect(shardOfRepository({domain: 'eu.EXAMPLE', path: 'shop/web'}, 64)).toBe(wanted)
})

test('invalid references are spread by their text', () => {
  expect(shardOfImage('web:1.*', 64)).toBe(shardOfText('web:1.*', 64))
})

test('repositories spread over all shards', () => {
  const shards = Array.from({length: 3000}, (_, i) => shardOfImage(`ghcr.io/acme/service-${i}:1`, 64))
  const counts = [...Map.groupBy(shards, (shard) => shard).values()].map((group) => group.length)
  expect(counts).toHaveLength(64)
  expect(Math.max(...counts)).toBeLessThan(2 * (3000 / 64))
})
