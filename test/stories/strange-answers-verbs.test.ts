import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import {image} from '../support/sandbox-fleet.ts'
import {columnsOf, type Row, runCell} from '../support/strange-cells.ts'
import type {RunReport} from '../support/workload-documents.ts'

const rest = ['--all-contexts', '--yes', '-o', 'json', '--retries', '1', '--timeout', '2m']
const scale = (...more: readonly string[]) => ['scale', image, '--replicas', '+1', ...rest, ...more]
const setImage = (...more: readonly string[]) => ['set-image', image, ':3.0', ...rest, ...more]
const undo = (...more: readonly string[]) => ['undo', `${image}:2.0`, ...rest, ...more]
/** A field of the one workload. */
const folder = mkdtempSync(join(tmpdir(), 'hubspoke-strange-'))
const manifest = join(folder, 'web.json')
const applied = {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name: 'web', namespace: 'shop'}}
writeFileSync(manifest, JSON.stringify({...applied, spec: {minReadySeconds: 1}}))
afterAll(() => rmSync(folder, {recursive: true}))
const apply = (...more: readonly string[]) => ['apply', '-f', manifest, ...rest, ...more]
/** There is a revision to return to. */
const before = ['set-image', image, ':2.0', '--all-contexts', '--yes']
const get = (path: RegExp) => ({method: 'GET', path})
const put = {method: 'PUT', path: /\/deployments\/web\/scale/}
const patch = {method: 'PATCH', path: /\/deployments\/web/}

interface VerbRow extends Row {
  /** Of the one target. */
  readonly outcome: RunReport['results'][number]['outcome']
  /** What the server has got. Default: one write that changed the target if it succeeded, otherwise none. */
  readonly got?: {readonly writes: number; readonly changes: number}
}

const succeeds = {ends: 0, outcome: 'succeeded'} as const
const fails = {ends: 1, outcome: 'failed'} as const
const isUnverified = {ends: 1, outcome: 'unverified'} as const

/** The second one changes nothing: an apply can be repeated. */
const appliedTwice = {writes: 2, changes: 1}

/** The list itself has neither, and nothing is watched from its version. */
const noList = ['200 without uid', '200 without name', '200 without resourceVersion']

/** The requests that a restart does not make. The other ones are those of strange-answers-writes.test.ts. */
const rows: readonly VerbRow[] = [
  {request: 'scale: the target', matched: get(/\/deployments\/web$/), words: scale(), ...fails, sample: true},
  {
    request: 'scale: the autoscalers',
    matched: get(/horizontalpodautoscalers/),
    words: scale(),
    ...fails,
    enough: noList,
  },
  {request: 'scale: the write', matched: put, words: scale(), ...isUnverified},
  {request: 'scale: the write, once', matched: put, words: scale(), ...succeeds, times: 1, sample: true},
  {request: 'scale: the write, which arrives', matched: put, words: scale(), ...succeeds, carriedOut: true},
  {request: 'scale: the write, not waited for', matched: put, words: scale('--no-wait'), ...isUnverified},
  {
    request: 'scale: the write, which arrives, not waited for',
    matched: put,
    words: scale('--no-wait'),
    ...succeeds,
    carriedOut: true,
  },
  {request: 'scale: a dry run', matched: put, words: scale('--dry-run', 'server'), ...fails},
  {request: 'set-image: the write', matched: patch, words: setImage(), ...isUnverified},
  {request: 'set-image: the write, which arrives', matched: patch, words: setImage(), ...succeeds, carriedOut: true},
  {request: 'set-image: a dry run', matched: patch, words: setImage('--dry-run', 'server'), ...fails},
  {request: 'undo: the revisions', matched: get(/\/replicasets\?/), words: undo(), before, ...fails, enough: noList},
  {request: 'undo: the write', matched: patch, words: undo(), before, ...isUnverified},
  {request: 'undo: the write, which arrives', matched: patch, words: undo(), before, ...succeeds, carriedOut: true},
  {request: 'undo: a dry run', matched: patch, words: undo('--dry-run', 'server'), before, ...fails},
  {request: 'apply: the groups', matched: get(/\/apis$/), words: apply(), ...fails, enough: noList},
  {request: 'apply: the kinds', matched: get(/\/apis\/apps\/v1$/), words: apply(), ...fails, enough: noList},
  {request: 'apply: the object', matched: get(/\/deployments\/web$/), words: apply(), ...fails},
  {request: 'apply: the write', matched: patch, words: apply(), ...isUnverified},
  {request: 'apply: the write, once', matched: patch, words: apply(), ...succeeds, times: 1, sample: true},
  {
    request: 'apply: the write, which arrives',
    matched: patch,
    words: apply(),
    ...isUnverified,
    carriedOut: true,
    got: appliedTwice,
  },
  {
    request: 'apply: a dry run',
    matched: patch,
    words: apply('--dry-run', 'server'),
    ...fails,
    enough: ['200 without resourceVersion'],
  },
]

describe.each(rows)('$request', (row) => {
  test.each(columnsOf(row))('%s', async (column) => {
    const {ended, met, writes, changes} = await runCell(row, column)
    expect(met).toBeGreaterThan(0)
    const [result] = (ended.document() as RunReport).results
    const {ends, outcome} = row.enough?.includes(column) ? succeeds : row
    expect([ended.exitCode, result?.outcome]).toEqual([ends, outcome])
    const isDone = outcome === 'succeeded' && !row.words.includes('server')
    const {got = isDone ? {writes: 1, changes: 1} : {writes: 0, changes: 0}} = row
    expect({writes, changes}).toEqual(got)
  })
})
