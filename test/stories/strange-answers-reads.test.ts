import {describe, expect, test} from 'vitest'
import type {FindReport} from '../../src/model/report.ts'
import {image} from '../support/sandbox-fleet.ts'
import {columnsOf, type Row, runCell} from '../support/strange-cells.ts'

const find = (...more: readonly string[]) => ['find', image, '-o', 'json', ...more]
const refresh = ['cache', 'refresh', '--all-contexts', '--yes', '-o', 'json']
const get = (path: RegExp) => ({method: 'GET', path})
const noObject = ['200 without uid', '200 without name', '200 without resourceVersion']

/**
 * Every request of the commands that only read, and of those that save the image cache. Where an answer is strange, the
 * command asks elsewhere and finds everything, or says that it could not read it all.
 */
const rows: readonly Row[] = [
  {
    request: 'the identity of the cluster',
    matched: get(/\/namespaces\/kube-system$/),
    words: find('--fresh', 'scan'),
    ends: 4,
    enough: ['200 without resourceVersion'],
  },
  {request: 'a list', matched: get(/\/deployments\?limit=500/), words: find('--fresh', 'scan'), ends: 4},
  {request: 'page 2 of a list', matched: get(/\/deployments\?.*continue/), words: find('--fresh', 'scan'), ends: 4},
  {request: 'a list, once', matched: get(/\/deployments\?limit=500/), words: find(), ends: 0, times: 1},
  {request: 'the namespaces', matched: get(/\/namespaces(\?|$)/), words: find('-n', 'none-*'), ends: 3, sample: true},
  {
    request: 'the image cache as it is',
    matched: get(/\/configmaps\//),
    words: find('--fresh', 'cache'),
    ends: 0,
    cached: true,
    sample: true,
  },
  {request: 'the image cache', matched: get(/\/configmaps\//), words: find(), ends: 0, cached: true, sample: true},
  {
    request: 'how far the cluster is',
    matched: get(/\/deployments\?limit=1$/),
    words: find('--small-cluster', '0'),
    ends: 0,
    cached: true,
    sample: true,
  },
  {
    request: 'what has changed since',
    matched: get(/\/deployments\?watch/),
    words: find('--small-cluster', '0'),
    ends: 0,
    cached: true,
    sample: true,
  },
  {
    request: 'the server version',
    matched: get(/^\/version/),
    words: ['check'],
    ends: 4,
    enough: [...noObject, '200 of another group'],
  },
  {
    request: 'what is permitted',
    matched: {method: 'POST', path: /selfsubjectaccessreviews/},
    words: ['check'],
    carriedOut: true,
    ends: 4,
    enough: noObject,
  },
  {request: 'a list to be cached', matched: get(/\/deployments\?limit=500/), words: refresh, ends: 1, sample: true},
  {request: 'the cache that is there', matched: get(/\/configmaps\//), words: refresh, ends: 4, sample: true},
  ...[false, true].flatMap((carriedOut): Row[] => [
    {
      request: `a cache to be created (arrives: ${carriedOut})`,
      matched: {method: 'POST', path: /\/configmaps/},
      words: refresh,
      ends: 4,
      carriedOut,
      sample: true,
    },
    {
      request: `a cache to be replaced (arrives: ${carriedOut})`,
      matched: {method: 'PUT', path: /\/configmaps/},
      words: refresh,
      ends: 4,
      carriedOut,
      cached: true,
      sample: true,
    },
    {
      request: `a namespace to be created (arrives: ${carriedOut})`,
      matched: {method: 'POST', path: /\/namespaces\?/},
      words: refresh,
      namespaces: [],
      ends: 4,
      carriedOut,
      sample: true,
    },
  ]),
]

describe.each(rows)('$request', (row) => {
  test.each(columnsOf(row))('%s', async (column) => {
    const {ended, met} = await runCell(row, column)
    expect(met).toBeGreaterThan(0)
    expect({...ended}).toMatchObject({exitCode: row.enough?.includes(column) ? 0 : row.ends})
    if (row.words[0] !== 'find' || ended.exitCode !== 0) return
    expect((ended.document() as FindReport).workloads).toHaveLength(1)
  })
})
