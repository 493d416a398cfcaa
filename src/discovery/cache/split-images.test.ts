import {describe, expect, test} from 'vitest'
import type {WorkloadKind} from '../../model/workload.ts'
import {randomCache, randomFrom} from '../testing/random-cache.ts'
import {chooseShardCount, countWorkloads, joinImages, splitImages} from './split-images.ts'

const kib = 1024

describe('the number of shards', () => {
  test.each([
    {bytes: 701 * kib, shards: 16, because: 'it is a power of two'},
    {bytes: 2500 * kib, shards: 64, because: 'of 10,000 workloads'},
    {bytes: 7000 * kib, shards: 128, because: 'of 30,000 workloads'},
    {bytes: 100_000 * kib, shards: 256, because: 'the head has no room for more'},
    {bytes: 1, shards: 1, because: 'there is at least one'},
    {bytes: 4000 * kib, before: 64, shards: 64, because: 'it is nearly full'},
    {bytes: 1025 * kib, before: 64, shards: 64, because: 'it is not nearly empty yet'},
    {bytes: 4097 * kib, before: 64, shards: 128, because: 'it is full'},
    {bytes: 1024 * kib, before: 64, shards: 16, because: 'it is nearly empty'},
    {bytes: 2500 * kib, before: 48, shards: 48, because: 'another writer has chosen this number'},
  ])('$bytes bytes, before $before: $shards, because $because', ({bytes, before, shards}) => {
    expect(chooseShardCount(bytes, before)).toBe(shards)
  })
})

test.each(Array.from({length: 20}, (_, seed) => ({seed})))('split images can be joined again ($seed)', ({seed}) => {
  const random = randomFrom(seed)
  const {images} = randomCache(seed, {
    workloads: Math.floor(random() * 300),
    repositories: 1 + Math.floor(random() * 80),
  })
  const parts = splitImages(images, 1 + Math.floor(random() * 40))
  expect(parts.reduce((sum, part) => sum + part.size, 0)).toBe(images.size)
  expect(new Map([...joinImages(parts)].sort())).toEqual(new Map([...images].sort()))
})

test('each workload is counted once, by its namespace and kind', () => {
  const {images, workloads} = randomCache(1, {workloads: 200, repositories: 30, namespaces: 3})
  const {kinds, namespaces = new Map()} = countWorkloads(images)
  expect([...namespaces.keys()].sort()).toEqual(['team-0', 'team-1', 'team-2'])
  const sum = (kind: WorkloadKind) => namespaces.values().reduce((total, byKind) => total + byKind[kind], 0)
  expect(kinds).toEqual({Deployment: sum('Deployment'), StatefulSet: sum('StatefulSet'), DaemonSet: sum('DaemonSet')})
  expect(kinds.Deployment + kinds.StatefulSet + kinds.DaemonSet).toBe(workloads)
  expect(kinds.Deployment).toBeGreaterThan(kinds.StatefulSet + kinds.DaemonSet)
})
