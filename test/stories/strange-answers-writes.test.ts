import {describe, expect, test} from 'vitest'
import {image} from '../support/sandbox-fleet.ts'
import {columnsOf, type Row, runCell} from '../support/strange-cells.ts'
import type {RunReport} from '../support/workload-documents.ts'

const restart = (...more: readonly string[]) => [
  ...['restart', image, '--all-contexts', '--yes', '-o', 'json', '--retries', '1', '--timeout', '2m'],
  ...more,
]
const get = (path: RegExp) => ({method: 'GET', path})
const patch = {method: 'PATCH', path: /\/deployments\/web/}
const stuck = [{type: 'stuck-rollout', namespace: 'shop', name: 'web'}] as const

interface WriteRow extends Row {
  /** Of the one target. */
  readonly outcome: RunReport['results'][number]['outcome']
  /** Default: as the outcome says. */
  readonly restarted?: 0 | 1
}

const succeeds = {ends: 0, outcome: 'succeeded'} as const
const fails = {ends: 1, outcome: 'failed', restarted: 0} as const
const isUnverified = {ends: 1, outcome: 'unverified', restarted: 0} as const

/**
 * Every request of a restart. Where an answer is strange, nothing is called a success that was not seen to be one, nothing
 * that may have been written is called a failure, and nothing is written twice.
 */
const rows: readonly WriteRow[] = [
  {request: 'the identity', matched: get(/\/kube-system$/), words: restart(), ...succeeds, times: 1, sample: true},
  {
    request: 'what is permitted',
    matched: {method: 'POST', path: /reviews/},
    words: restart(),
    ...succeeds,
    sample: true,
  },
  {
    request: 'budgets',
    matched: get(/poddisruptionbudgets/),
    words: restart(),
    ...succeeds,
    kind: 'StatefulSet',
    sample: true,
  },
  {
    request: 'the lock',
    matched: get(/\/leases\//),
    words: restart('--lock', 'require'),
    ends: 0,
    outcome: 'succeeded',
    sample: true,
  },
  {
    request: 'the lock to be released',
    matched: {method: 'PUT', path: /\/leases\//},
    words: restart(),
    ...succeeds,
    sample: true,
  },
  ...[false, true].map(
    (carriedOut): WriteRow => ({
      request: `the lock to be taken (arrives: ${carriedOut})`,
      matched: {method: 'POST', path: /\/leases\?/},
      words: restart(),
      ...fails,
      carriedOut,
      sample: true,
    }),
  ),
  {request: 'the target', matched: get(/\/deployments\/web$/), words: restart(), ...fails},
  {
    request: 'the target, once',
    matched: get(/\/deployments\/web$/),
    words: restart(),
    ...succeeds,
    times: 1,
    sample: true,
  },
  {
    request: 'where its watch begins',
    matched: get(/\/deployments\?limit=1$/),
    words: restart(),
    ...fails,
    sample: true,
  },
  {request: 'a watch, once', matched: get(/\/deployments\?watch/), words: restart(), ...succeeds, times: 1},
  {request: 'the write', matched: patch, words: restart(), ...isUnverified},
  {request: 'the write, once', matched: patch, words: restart(), ...succeeds, times: 1, sample: true},
  {request: 'the write, which arrives', matched: patch, words: restart(), ...succeeds, carriedOut: true},
  {request: 'the write, not waited for', matched: patch, words: restart('--no-wait'), ...isUnverified},
  {
    request: 'the write, which arrives, not waited for',
    matched: patch,
    words: restart('--no-wait'),
    ...succeeds,
    carriedOut: true,
  },
  {request: 'a dry run', matched: patch, words: restart('--dry-run', 'server'), ...fails},
  {request: 'an Event', matched: {method: 'POST', path: /\/events/}, words: restart(), ...succeeds, sample: true},
  ...['pods', 'replicasets', 'events'].map(
    (plural): WriteRow => ({
      request: `the ${plural} of a stuck rollout`,
      matched: get(new RegExp(`/${plural}\\?`)),
      words: restart(),
      ends: 1,
      outcome: 'failed',
      restarted: 1,
      trouble: stuck,
      sample: true,
    }),
  ),
]

describe.each(rows)('$request', (row) => {
  test.each(columnsOf(row))('%s', async (column) => {
    const {ended, met, restarted, writes} = await runCell(row, column)
    expect(met).toBeGreaterThan(0)
    const [result] = (ended.document() as RunReport).results
    expect([ended.exitCode, result?.outcome]).toEqual([row.ends, row.outcome])
    expect(restarted).toBe(row.restarted ?? (row.outcome === 'succeeded' ? 1 : 0))
    expect(writes).toBe(restarted)
  })
})
