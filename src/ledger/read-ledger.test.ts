import {execFile} from 'node:child_process'
import {mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {nameOf} from '../../test/support/distribution/distribution.ts'
import {targetOf} from '../../test/support/distribution/target.ts'
import {HubspokeError} from '../model/failure.ts'
import type {LedgerEntry} from '../model/ledger.ts'
import type {Outcome} from '../model/result.ts'
import {requireWorkloadTarget} from '../model/workload-target.ts'
import {ledgerFormats} from '../verbs/ledger-formats.ts'
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
const {key} = web
const lineOf = (entry: LedgerEntry) => `${JSON.stringify({...entry, at})}\n`

const run = {
  type: 'run',
  schemaVersion: 2,
  id: 'r',
  verb: 'restart',
  args: {image: 'web'},
  options: {},
  mark: at,
} as const
const head = lineOf(run)
const planned = lineOf({type: 'planned', target: web})
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
  return readLedger(path, ledgerFormats)
}

describe('the parts of a target', () => {
  const part = (name: string, outcome: Outcome) =>
    lineOf({type: 'part', target: key, part: {name, outcome, reason: ''}})

  test('are as last reported, in the order of their first report, and of its result', async () => {
    const lines = [part('a', 'not-run'), part('b', 'not-run'), writing, part('a', 'unverified'), part('a', 'succeeded')]
    const parts = [
      {name: 'a', outcome: 'succeeded', reason: ''},
      {name: 'b', outcome: 'not-run', reason: ''},
    ]
    const killed = await read(head, planned, ...lines)
    expect(killed.targets[0]).toMatchObject({state: 'writing', result: undefined, parts})
    const {targets, damagedLines} = await read(head, planned, ...lines, finished)
    expect(targets[0]).toMatchObject({state: 'result', result: {outcome: 'failed', parts}})
    expect(damagedLines).toBe(0)
  })

  test('are kept when the run is invoked again', async () => {
    const {targets} = await read(head, planned, part('a', 'succeeded'), part('b', 'not-run'), head, planned)
    expect(targets[0]).toMatchObject({state: 'planned', parts: [{name: 'a'}, {name: 'b'}]})
  })

  test('an invocation that has not come to a part does not undo what an earlier one has reported', async () => {
    const before = [part('a', 'succeeded'), part('b', 'unverified'), part('c', 'not-run')]
    const now = [part('a', 'not-run'), part('b', 'not-run'), part('c', 'not-run'), part('b', 'failed')]
    const {targets} = await read(head, planned, ...before, head, planned, ...now)
    expect(targets[0]?.parts?.map(({name, outcome}) => `${name} ${outcome}`)).toEqual([
      'a succeeded',
      'b failed',
      'c not-run',
    ])
  })

  test('have no recognisable secret in their text; their names are exact', async () => {
    const failure = {
      class: 'conflict',
      message: 'password=hunter2-abc',
      suggestions: ['x --password=hunter2-abc'],
    } as const
    const line = lineOf({
      ...{type: 'part', target: key},
      part: {name: 'a', outcome: 'failed', reason: 'password=hunter2-abc', failure},
    })
    const {targets} = await read(head, planned, line)
    expect(targets[0]?.parts).toMatchObject([{name: 'a', outcome: 'failed'}])
    expect(JSON.stringify(targets)).not.toContain('hunter2')
  })

  test('a part of a target that was not planned is a damaged line', async () => {
    expect((await read(head, part('a', 'failed'))).damagedLines).toBe(1)
  })
})

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
    expect(targets).toEqual([{target: web, ...unknown, ...is}])
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
    lineOf({type: 'writing', target: key, attempt: 1, snapshot: found})

  test.each([
    {lines: [planned, writing], is: undefined, because: 'an older version did not record it'},
    {lines: [planned, announced(before)], is: before, because: 'it was announced'},
    {lines: [planned, announced(before), refused, announced(other)], is: other, because: 'the last write counts'},
    {lines: [planned, announced(before), written, planned], is: before, because: 'another invocation only watches'},
    {
      lines: [lineOf({type: 'planned', target: web, snapshot: before})],
      is: before,
      because: 'the run that is taken up has written it',
    },
  ])('is kept: $because', async ({lines, is}) => {
    expect((await read(head, ...lines)).targets[0]?.snapshot).toEqual(is)
  })
})

describe('a plan that is not all there', () => {
  const of = (targets: number) => lineOf({...run, targets})
  const other = lineOf({type: 'planned', target: targetOf('api')})
  const third = lineOf({type: 'planned', target: targetOf('third')})
  test.each([
    {lines: [of(2), planned, other], missing: 0, because: 'every target has its record'},
    {lines: [of(2), planned], missing: 1, because: 'it was killed before the plan was on disk'},
    {lines: [of(2), planned, `${other.slice(0, 40)}\n`, writing], missing: 1, because: 'a line is damaged'},
    {lines: [of(2), planned, of(2), planned, other], missing: 0, because: 'a later invocation has planned anew'},
    {lines: [of(1), planned, of(2), planned], missing: 1, because: 'the later invocation was killed while it planned'},
    {
      lines: [of(3), planned, other, of(1), planned],
      missing: 1,
      because: 'the later invocation planned fewer: it could not reach a cluster',
    },
    {
      lines: [of(3), planned, of(1), planned, of(3), planned, other, third],
      missing: 0,
      because: 'the last of three has planned all of them',
    },
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
  const inWave = lineOf({type: 'planned', target: web, wave: 2})
  const begun = lineOf({type: 'wave-started', wave: 2})
  const endedAs = (outcome: Outcome) =>
    lineOf({type: 'result', target: key, result: {outcome, attempts: 1, durationMs: 5, reason: outcome}})
  const recorded = await read(head, inWave, begun, writing, written, endedAs('succeeded'), endedAs('failed'))
  expect(recorded.targets).toMatchObject([{wave: 2, wrote: 'yes', result: {outcome: 'failed', reason: 'failed'}}])
  expect(recorded.damagedLines).toBe(0)
})

test('a whole ledger is its run, its targets in plan order, and its end', async () => {
  const other = lineOf({type: 'planned', target: targetOf('api')})
  const recorded = await read(head, other, planned, finished, ended)
  expect(recorded).toMatchObject({
    path,
    run: {id: 'r', verb: 'restart', args: {image: 'web'}, options: {}, mark: at},
    ended: {exitCode: 1, stoppedBy: 'max-failures'},
    lastAt: at,
    damagedLines: 0,
  })
  expect(recorded.targets.map(({target, state}) => `${nameOf(target)} ${state}`)).toEqual(['api planned', 'web result'])
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
      isOfNewerVersion: false,
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
    '{"type":"ended","at":"x","exitCode":0,"stoppedBy":7}\n',
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
    const {targets} = await read(head, lineOf({type: 'planned', target: targetOf(name)}))
    expect(targets[0]?.target).toMatchObject({name})
  })
})

test('a reason for a stop that only a later version knows does not hide the end of the run', async () => {
  const {ended: end, damagedLines} = await read(
    head,
    planned,
    lineOf({type: 'ended', exitCode: 9, stoppedBy: 'boredom'}),
  )
  expect([end?.exitCode, end?.stoppedBy, damagedLines]).toEqual([9, 'boredom', 0])
})

test.each([{retries: {a: 1}}, {waves: [1, {}]}, {'wave-by': [['context']]}])(
  'a run with an option that no command writes is not known: %j',
  async (options) => {
    const {run: known, damagedLines} = await read(lineOf({...run, options} as never), planned)
    expect([known, damagedLines]).toEqual([undefined, 1])
  },
)

describe('a target', () => {
  const {uid: _, ...withoutUid} = web
  const {server: __, ...withoutServer} = web
  const {via: ___, ...withoutVia} = web
  test.each([
    {target: {...web, kind: 'Pod'}, because: 'nothing is done to its kind'},
    {
      target: {...web, matched: [{container: 'app', image: 'web:1', role: 'guest'}]},
      because: 'containers have other roles',
    },
    {target: withoutUid, because: 'it lacks a field of its type'},
    {target: withoutServer, because: 'it lacks a field of its type'},
    {target: withoutVia, because: 'it lacks a field of every target'},
    {target: {...web, name: 7}, because: 'a field is no text'},
    {target: [], because: 'it is none'},
    {target: null, because: 'it is none'},
  ])('of type workload is a damaged line: $because', async ({target}) => {
    const records = [
      {type: 'planned', at, target},
      {type: 'excluded', at, target, reason: 'r', include: 'i'},
    ]
    const {targets, excluded, damagedLines} = await read(head, ...records.map((one) => `${JSON.stringify(one)}\n`))
    expect([targets, excluded, damagedLines]).toEqual([[], [], 2])
  })

  test('whose fields do not fit its key is read as it is: a retry refuses it in words', async () => {
    const target = {...web, name: '..'}
    const {targets, damagedLines} = await read(head, lineOf({type: 'planned', target}))
    expect(targets).toMatchObject([{target: {key, name: '..'}}])
    expect(damagedLines).toBe(0)
  })

  test('of a type that this version does not know is read, and what was done to it', async () => {
    const target = {
      type: 'repository',
      key: 'forge/acme/web',
      label: 'acme/web',
      place: 'forge',
      via: 'ada',
      branch: 'main',
    }
    const {targets, damagedLines} = await read(
      head,
      lineOf({type: 'planned', target}),
      lineOf({type: 'written', target: target.key}),
    )
    expect(targets).toMatchObject([{target, state: 'written'}])
    expect(damagedLines).toBe(0)
  })
})

test('the receipt of the last write that was accepted is kept, also when the run is invoked again', async () => {
  const accepted = (generation: number) => lineOf({type: 'written', target: key, receipt: {generation}})
  const lines = [head, planned, writing, accepted(2)]
  expect((await read(...lines)).targets[0]?.receipt).toEqual({generation: 2})
  expect((await read(...lines, writing, accepted(3))).targets[0]?.receipt).toEqual({generation: 3})
  expect((await read(...lines, head, planned)).targets[0]?.receipt).toEqual({generation: 2})
  expect((await read(...lines, head, planned, watching)).targets[0]?.receipt).toEqual({generation: 2})
})

describe('a ledger of version 1', () => {
  const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/ledgers', name)
  const eu = 'f3dd064a-0b5e-4892-bd25-7f63902bb5fd'
  const us = 'fe8ce406-474e-4079-99d5-042e7a8acb04'
  const nobody = {'hubspoke.dev/run-id': null, 'hubspoke.dev/by': null, 'hubspoke.dev/reason': null}
  const cart = {restartedAt: null, template: expect.stringMatching(/^f0a11ca8/), ...nobody}
  const shop = {restartedAt: null, template: expect.stringMatching(/^65f7e4b1/), ...nobody}
  const other = {restartedAt: null, template: expect.stringMatching(/^6f8de44c/), ...nobody}
  const cause = {'kubernetes.io/change-cause': null}

  test.each([
    {
      name: 'plain-run.jsonl',
      images: ['ghcr.io/acme/web'],
      mark: '2026-11-24T20:00:00.002Z',
      targets: [
        ['eu/shop/Deployment/cart', `${eu}/shop/Deployment/cart/77c18987-16a9-40a4-8a24-4c7501b77a22`, 'yes', cart],
        ['eu/shop/Deployment/web', `${eu}/shop/Deployment/web/ee6cce49-479d-43c1-8a77-989dfbdcc94b`, 'no', shop],
      ],
      exitCode: 1,
    },
    {
      name: 'paced-run.jsonl',
      images: ['ghcr.io/acme/web'],
      mark: '2026-11-24T20:00:00.001Z',
      targets: [
        [
          ...['eu/shop/Deployment/cart', `${eu}/shop/Deployment/cart/77c18987-16a9-40a4-8a24-4c7501b77a22`, 'yes'],
          {...cart, ...cause},
        ],
        [
          ...['us/shop/Deployment/cart', `${us}/shop/Deployment/cart/001f687b-9478-4d2c-839b-037791e1363b`, 'yes'],
          {...cart, ...cause},
        ],
        [
          ...['eu/shop/Deployment/web', `${eu}/shop/Deployment/web/ee6cce49-479d-43c1-8a77-989dfbdcc94b`, 'no'],
          {...shop, ...cause},
        ],
        [
          ...['us/shop/Deployment/web', `${us}/shop/Deployment/web/b5c29733-f731-4bea-9eac-7d2824419797`, 'yes'],
          {...shop, ...cause},
        ],
      ],
      exitCode: 1,
    },
    {
      name: 'two-images.jsonl',
      images: ['ghcr.io/acme/web', 'ghcr.io/acme/other'],
      mark: '2026-11-24T20:00:00.003Z',
      targets: [
        ['eu/shop/Deployment/cart', `${eu}/shop/Deployment/cart/77c18987-16a9-40a4-8a24-4c7501b77a22`, 'yes', cart],
        ['eu/shop/Deployment/web', `${eu}/shop/Deployment/web/ee6cce49-479d-43c1-8a77-989dfbdcc94b`, 'yes', shop],
        ['eu/shop/Deployment/other', `${eu}/shop/Deployment/other/fb4a3710-daac-4a31-8f63-4b0eae0e6340`, 'yes', other],
      ],
      exitCode: 0,
    },
  ])('is a run of this version: $name', async ({name, images, mark, targets, exitCode}) => {
    const recorded = await readLedger(fixture(name), ledgerFormats)
    const lines = (await readFile(fixture(name), 'utf8')).trim().split('\n')
    const {image: _, timeout, ...flags} = JSON.parse(lines[0] ?? '').arguments
    // Version 1 recorded its default as if it were given.
    const given = timeout === 600_000 ? flags : {...flags, timeout}
    expect(recorded.run).toMatchObject({schemaVersion: 2, verb: 'restart', args: {image: images[0]}, mark})
    expect(recorded.run?.options).toEqual(given)
    expect(recorded.invocations.map(({args}) => args)).toEqual(images.map((image) => ({image})))
    expect(recorded).toMatchObject({damagedLines: 0, targetsMissing: 0, ended: {exitCode}})
    expect(recorded.targets.map(({target, wrote, snapshot}) => [target.label, target.key, wrote, snapshot])).toEqual(
      targets,
    )
    for (const {target, result: end} of recorded.targets) {
      const {type, via, context, server} = requireWorkloadTarget(target)
      expect([type, via, server]).toEqual(['workload', context, expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/)])
      expect(end?.target).toEqual(target)
    }
  })

  test('keeps its waves', async () => {
    const {run: first, targets} = await readLedger(fixture('paced-run.jsonl'), ledgerFormats)
    expect(targets.map(({wave}) => wave)).toEqual([1, 2, 3, 3])
    expect(first).toMatchObject({reason: 'a leak', options: {waves: '1,50%,100%', pause: '30s', 'max-failures': '1'}})
  })

  const {type: _, key: __, label: ___, place: ____, via: _____, server, ...facts} = web
  const lineOf1 = (record: object) => `${JSON.stringify({at, ...record})}\n`
  const run1 = {type: 'run', schemaVersion: 1, id: 'r', verb: 'restart', arguments: {image: 'web'}, stamp: at}
  const planned1 = {type: 'planned', target: facts, server}

  test('has its options and flags, where its contexts came from, and what it left out', async () => {
    const options = {waves: '1,100%', pause: null, wait: true, concurrency: 50}
    const place = {kubeconfig: '/home/ada/config'}
    const excluded = {type: 'excluded', target: facts, reason: 'r', include: 'i'}
    const head1 = lineOf1({...run1, arguments: {image: 'web', context: ['eu']}, options, place})
    const recorded = await read(head1, lineOf1(excluded), lineOf1({...planned1, before: {restartedAt: null}}))
    expect(recorded.run).toEqual({
      ...{type: 'run', at, schemaVersion: 2, id: 'r', verb: 'restart', mark: at, origin: place},
      args: {image: 'web'},
      options: {...options, context: ['eu']},
    })
    expect(recorded.targets).toMatchObject([{target: web, snapshot: {restartedAt: null}}])
    expect(recorded.excluded).toEqual([{target: {...web, server: ''}, reason: 'r', include: 'i'}])
    expect(recorded.damagedLines).toBe(0)
  })

  test.each([
    {record: {...run1, arguments: undefined}, because: 'a run without arguments'},
    {record: {...run1, arguments: ['web']}, because: 'arguments that have no names'},
    {record: {...run1, stamp: undefined}, because: 'a run without a stamp'},
    {record: {...run1, options: ['--yes']}, because: 'options that have no names'},
    {record: {...planned1, server: undefined}, because: 'a target without the server of its context'},
    {record: {...planned1, target: {...facts, uid: undefined}}, because: 'a target without a UID'},
    {record: {...planned1, target: {...facts, kind: 'Pod'}}, because: 'nothing is done to that kind'},
    {record: {...planned1, target: {...facts, key}}, because: 'half a target of version 2'},
    {record: {...planned1, before: {restartedAt: 7}}, because: 'a state that is no text'},
  ])('has damaged lines, too: $because', async ({record}) => {
    const {invocations, targets, damagedLines} = await read(lineOf1(record))
    expect([invocations, targets, damagedLines]).toEqual([[], [], 1])
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
    const error = await readLedger(path, ledgerFormats).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HubspokeError)
    expect(error).toMatchObject({failureClass, message: expect.stringContaining(says)})
  })
})
