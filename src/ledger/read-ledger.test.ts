import {execFile} from 'node:child_process'
import {mkdir, mkdtemp, rm, symlink, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {targetOf} from '../../test/support/distribution/target.ts'
import {HubspokeError} from '../model/failure.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {Outcome} from '../model/result.ts'
import {targetKey} from '../model/target.ts'
import {readLedger} from './read-ledger.ts'

let root = ''
let path = ''

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hubspoke-ledger-'))
  path = join(root, 'run.jsonl')
})

afterEach(() => rm(root, {recursive: true}))

const at = '2026-11-24T10:00:00.000Z'
const web = targetOf('web')
const key = targetKey(web)
const lineOf = (entry: LedgerEntry) => `${JSON.stringify({...entry, at})}\n`

const head = lineOf({type: 'run', schemaVersion: 1, id: 'r', verb: 'restart', arguments: {image: 'web'}, stamp: at})
const planned = lineOf({type: 'planned', target: web, server: 'https://eu-1'})
const writing = lineOf({type: 'writing', target: key, attempt: 1})
const written = lineOf({type: 'written', target: key})
const watching = lineOf({type: 'watching', target: key})
const retrying = lineOf({type: 'retrying', target: key, attempt: 1, reason: 'Cut.'})
const refused = lineOf({type: 'retrying', target: key, attempt: 1, reason: 'Later.', refused: true})
const failure = {class: 'rollout', message: 'stuck', suggestions: ['kubectl …']} as const
const result = {outcome: 'failed', attempts: 2, durationMs: 5, reason: 'stuck', failure} as const
const finished = lineOf({type: 'result', target: key, result})
const ended = lineOf({type: 'ended', exitCode: 1, stoppedBy: 'max-failures'})

const read = async (...lines: readonly string[]) => {
  await writeFile(path, lines.join(''))
  return readLedger(path)
}

describe('the state of a target', () => {
  test.each([
    {lines: [], is: {state: 'planned', wrote: 'no', attempts: 0}},
    {lines: [writing], is: {state: 'writing', wrote: 'maybe', attempts: 1}},
    {lines: [writing, written], is: {state: 'written', wrote: 'yes', attempts: 1}},
    {lines: [watching], is: {state: 'watching', wrote: 'no', attempts: 0, watched: true}},
    {lines: [retrying], is: {state: 'retrying', wrote: 'no', attempts: 1, retryReason: 'Cut.'}},
    {lines: [writing, retrying], is: {state: 'retrying', wrote: 'maybe', attempts: 1, retryReason: 'Cut.'}},
    {lines: [writing, refused], is: {state: 'retrying', wrote: 'no', attempts: 1, retryReason: 'Later.'}},
    {
      lines: [writing, written, planned, writing, refused],
      is: {state: 'retrying', wrote: 'yes', attempts: 1, retryReason: 'Later.'},
    },
    {lines: [writing, retrying, writing], is: {state: 'writing', wrote: 'maybe', attempts: 1}},
    {
      lines: [writing, retrying, written, finished],
      is: {
        state: 'result',
        wrote: 'yes',
        attempts: 2,
        result: {target: web, endedAt: '2026-11-24T10:00:00.000Z', ...result},
      },
    },
  ])('is $is.state, written: $is.wrote', async ({lines, is}) => {
    const {targets} = await read(head, planned, ...lines)
    const unknown = {retryReason: undefined, result: undefined}
    expect(targets).toEqual([{target: web, server: 'https://eu-1', ...unknown, ...is}])
  })
})

describe('an undo', () => {
  const undoing = lineOf({type: 'undoing', target: key, attempt: 1})
  const undone = lineOf({type: 'undone', target: key})
  const all = [writing, written, finished, undoing, undone]
  const undo = {outcome: 'undone', reason: 'back to the revision before'} as const

  test.each([
    {lines: all.slice(0, 3), is: undefined},
    {lines: all.slice(0, 4), is: {outcome: 'unverified', reason: expect.stringContaining('announced')}},
    {lines: all, is: {outcome: 'unverified', reason: expect.stringContaining('it was put back')}},
    {lines: [...all, lineOf({type: 'result', target: key, result: {...result, undo}})], is: undo},
  ])('is what its last record says: $is.outcome', async ({lines, is}) => {
    const {targets, damagedLines} = await read(head, planned, ...lines)
    expect(targets).toMatchObject([{state: 'result', wrote: 'yes', attempts: 2, result: {outcome: 'failed'}}])
    expect(targets[0]?.result?.undo).toEqual(is)
    expect(damagedLines).toBe(0)
  })

  test('without a result before it, because that line is damaged, changes nothing', async () => {
    const {targets} = await read(head, planned, writing, written, undoing)
    expect(targets).toMatchObject([{state: 'written', result: undefined}])
  })
})

describe('what a write replaced', () => {
  const before = {restartedAt: null, template: 'abc'}
  const other = {restartedAt: '2026-01-01T00:00:00Z', template: 'abc'}
  const announced = (found: typeof before | typeof other) =>
    lineOf({type: 'writing', target: key, attempt: 1, before: found})

  test.each([
    {lines: [planned, writing], is: undefined, because: 'an older version did not record it'},
    {lines: [planned, announced(before)], is: before, because: 'it was announced'},
    {lines: [planned, announced(before), refused, announced(other)], is: other, because: 'the last write counts'},
    {lines: [planned, announced(before), written, planned], is: before, because: 'another invocation only watches'},
    {
      lines: [lineOf({type: 'planned', target: web, server: 'https://eu-1', before})],
      is: before,
      because: 'the run that is taken up has written it',
    },
  ])('is kept: $because', async ({lines, is}) => {
    expect((await read(head, ...lines)).targets[0]?.before).toEqual(is)
  })
})

describe('a plan that is not all there', () => {
  const of = (targets: number) =>
    lineOf({type: 'run', schemaVersion: 1, id: 'r', verb: 'restart', arguments: {image: 'web'}, stamp: at, targets})
  const other = lineOf({type: 'planned', target: targetOf('api'), server: 'https://eu-1'})
  test.each([
    {lines: [of(2), planned, other], missing: 0, because: 'every target has its record'},
    {lines: [of(2), planned], missing: 1, because: 'it was killed before the plan was on disk'},
    {lines: [of(2), planned, `${other.slice(0, 40)}\n`, writing], missing: 1, because: 'a line is damaged'},
    {lines: [of(2), planned, of(2), planned, other], missing: 0, because: 'a later invocation has planned anew'},
    {lines: [of(1), planned, of(2), planned], missing: 1, because: 'the later invocation was killed while it planned'},
    {lines: [head, planned], missing: 0, because: 'an older ledger does not tell'},
  ])('$missing missing: $because', async ({lines, missing}) => {
    expect((await read(...lines)).targetsMissing).toBe(missing)
  })
})

describe('whether a target with a result was written', () => {
  const endedAs = (outcome: Outcome) =>
    lineOf({type: 'result', target: key, result: {outcome, attempts: 1, durationMs: 5, reason: ''}})
  test.each([
    {lines: [], outcome: 'not-run', wrote: 'no', because: 'nothing was announced'},
    {lines: [writing], outcome: 'not-run', wrote: 'no', because: 'what was announced was not sent'},
    {lines: [writing], outcome: 'failed', wrote: 'no', because: 'it was refused'},
    {lines: [writing], outcome: 'unverified', wrote: 'maybe', because: 'that is what the outcome says'},
    {lines: [writing], outcome: 'skipped', wrote: 'maybe', because: 'an earlier try may have arrived'},
    {lines: [writing, written], outcome: 'failed', wrote: 'yes', because: 'the rollout failed'},
    {lines: [writing, planned], outcome: 'not-run', wrote: 'maybe', because: 'an earlier invocation announced it'},
    {lines: [writing, planned, writing], outcome: 'failed', wrote: 'maybe', because: 'only the later was refused'},
    {lines: [writing, written, planned], outcome: 'not-run', wrote: 'yes', because: 'an earlier invocation wrote it'},
  ] as const)('$outcome: $wrote, $because', async ({lines, outcome, wrote}) => {
    const {targets} = await read(head, planned, ...lines, endedAs(outcome))
    expect(targets).toMatchObject([{state: 'result', wrote}])
  })
})

test('a target keeps its wave, and of two results the later one counts', async () => {
  const inWave = lineOf({type: 'planned', target: web, server: 'https://eu-1', wave: 2})
  const begun = lineOf({type: 'wave-started', wave: 2})
  const endedAs = (outcome: Outcome) =>
    lineOf({type: 'result', target: key, result: {outcome, attempts: 1, durationMs: 5, reason: outcome}})
  const recorded = await read(head, inWave, begun, writing, written, endedAs('succeeded'), endedAs('failed'))
  expect(recorded.targets).toMatchObject([{wave: 2, wrote: 'yes', result: {outcome: 'failed', reason: 'failed'}}])
  expect(recorded.damagedLines).toBe(0)
})

test('a whole ledger is its run, its targets in plan order, and its end', async () => {
  const other = lineOf({type: 'planned', target: targetOf('api'), server: 'https://eu-1'})
  const recorded = await read(head, other, planned, finished, ended)
  expect(recorded).toMatchObject({
    path,
    run: {id: 'r', verb: 'restart', arguments: {image: 'web'}, stamp: at},
    ended: {exitCode: 1, stoppedBy: 'max-failures'},
    lastAt: at,
    damagedLines: 0,
  })
  expect(recorded.targets.map(({target, state}) => `${target.name} ${state}`)).toEqual(['api planned', 'web result'])
})

describe('damage', () => {
  test('half a line at the end costs that line', async () => {
    const recorded = await read(head, planned, writing.slice(0, 40))
    expect(recorded.targets[0]?.state).toBe('planned')
    expect(recorded.damagedLines).toBe(1)
  })

  test('a last record that lacks only its line end counts', async () => {
    const recorded = await read(head, planned, writing.trimEnd())
    expect([recorded.targets[0]?.state, recorded.damagedLines]).toEqual(['writing', 0])
  })

  test('an empty file is a run that was killed before its first record', async () => {
    expect(await read()).toEqual({
      path,
      run: undefined,
      invocations: [],
      excluded: [],
      lastAt: undefined,
      targets: [],
      targetsMissing: 0,
      ended: undefined,
      damagedLines: 0,
    })
  })

  test('records of a later version are passed over', async () => {
    const recorded = await read(head, '{"type":"wave","at":"x","number":2}\n', planned)
    expect([recorded.targets.length, recorded.damagedLines]).toEqual([1, 0])
  })

  test.each([
    'not json\n',
    '\n',
    '[]\n',
    'null\n',
    '{"type":"constructor"}\n',
    '{"type":"writing","at":"x","target":7,"attempt":1}\n',
    '{"type":"planned","at":"x","server":"s","target":{"kind":"Pod"}}\n',
    '{"type":"result","at":"x","target":"t","result":{"outcome":"fine"}}\n',
    '{"type":"ended","at":"x","exitCode":0,"stoppedBy":"boredom"}\n',
    lineOf({type: 'written', target: 'never planned'}),
    `${'x'.repeat(3_000_000)}\n`,
    '\u0000\u0000\u0000\n',
  ])('a damaged line in the middle costs that line: %j', async (line) => {
    const recorded = await read(head, line, planned, ended)
    expect(recorded.damagedLines).toBe(1)
    expect([recorded.targets.length, recorded.ended?.exitCode]).toEqual([1, 1])
  })

  test('a separator that JSON leaves as it is does not cut a line', async () => {
    const recorded = await read(head, planned, lineOf({type: 'retrying', target: key, attempt: 1, reason: 'a\u2028b'}))
    expect([recorded.targets[0]?.state, recorded.damagedLines]).toEqual(['retrying', 0])
  })

  test('a character on the edge of two chunks stays whole', async () => {
    const name = 'ü'.repeat(70_000)
    const {targets} = await read(head, lineOf({type: 'planned', target: targetOf(name), server: 's'}))
    expect(targets[0]?.target.name).toBe(name)
  })
})

describe('what is no ledger', () => {
  test.each([
    {is: 'missing', make: async () => undefined, failureClass: 'not-found', says: 'There is no ledger'},
    {is: 'a folder', make: () => mkdir(path), says: 'it is not a regular file'},
    {
      is: 'a symbolic link',
      make: async () => {
        await writeFile(join(root, 'target'), head)
        await symlink(join(root, 'target'), path)
      },
      says: 'it is a symbolic link',
    },
    {is: 'a pipe', make: () => promisify(execFile)('mkfifo', [path]), says: 'it is not a regular file'},
    {
      is: 'a gigabyte of nothing',
      make: async () => {
        await writeFile(path, '')
        await truncate(path, 2 ** 30)
      },
      says: 'it is too large to be one',
    },
  ])('$is: refused in words', async ({make, failureClass = 'usage', says}) => {
    await make()
    const error = await readLedger(path).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HubspokeError)
    expect(error).toMatchObject({failureClass, message: expect.stringContaining(says)})
  })
})
