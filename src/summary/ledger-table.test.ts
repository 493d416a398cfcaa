import {stripVTControlCharacters} from 'node:util'
import {expect, test} from 'vitest'
import type {RecordedRun} from '../model/recorded-run.ts'
import {renderLedgerTable} from './ledger-table.ts'
import {summarizeLedger} from './summarize-ledgers.ts'
import {failure} from './testing/facts.ts'
import {done, open, recordedRun, runId} from './testing/recorded.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}
const next = {suggestions: [`hubspoke runs retry ${runId}`], retriedBy: []}
const render = (facts: Partial<RecordedRun>, options = terminal) =>
  renderLedgerTable(summarizeLedger(runId, recordedRun(facts), next), options)

test('a run that was killed: what is not known first, in words, then the rest, then how to go on', () => {
  const refused = failure('rejected', 'The server refused it.', 'kubectl describe it')
  const targets = [
    open('eu-west/shop/Deployment/api', 'planned'),
    open('eu-west/shop/Deployment/cart', 'writing'),
    done('eu-west/shop/Deployment/web'),
    open('us-east/shop/Deployment/api', 'retrying', {attempts: 2, retryReason: 'Cannot reach "us-east".'}),
    open('us-east/shop/Deployment/cart', 'written'),
    done('us-east/shop/Deployment/web', 'failed', {reason: refused.message, failure: refused}),
    open('ap-south/shop/Deployment/api', 'writing'),
    open('ap-south/shop/Deployment/web', 'planned'),
  ]
  expect(render({targets, ended: undefined, lastAt: '2026-11-24T03:05:01.500Z'})).toMatchInlineSnapshot(`
    "WRITING  2 targets
      A write was announced; whether it arrived is not known.
        eu-west/shop/Deployment/cart
        ap-south/shop/Deployment/api

    RETRYING  us-east/shop/Deployment/api  (2 tries)
      No write has arrived. Its last try failed: Cannot reach "us-east".

    WRITTEN  us-east/shop/Deployment/cart
      It was written; how its rollout ended is not known.

    PLANNED  2 targets
      No write was announced, so none was sent.
        eu-west/shop/Deployment/api
        ap-south/shop/Deployment/web

    FAILED  us-east/shop/Deployment/web  (rejected, 4.2s)
      The server refused it.

    OUTCOME    CONTEXT  NAMESPACE  WORKLOAD        TIME
    succeeded  eu-west  shop       Deployment/web  4.2s

    Total 8  Succeeded 1  Failed 1  Writing 2  Retrying 1  Written 1  Planned 2
    Failed: us-east/shop/Deployment/web: The server refused it.
    Run 20261124-030412-9f3a: restart ghcr.io/acme/web, started at 2026-11-24
    03:04:12 UTC.
    Unfinished: it is still in progress or was killed; the ledger does not show
    which; its last record is from 2026-11-24 03:05:01 UTC.
    Its ledger is /state/hubspoke/runs/20261124-030412-9f3a.jsonl.
    The first of these commands retries its unfinished targets. Finished targets are
    not written again.
    Next:
      hubspoke runs retry 20261124-030412-9f3a
      kubectl describe it
    Exit 0: The run 20261124-030412-9f3a is unfinished: 6 of 8 targets have no
    result.
    "
  `)
})

test('a run that ended: as its own summary, with its exit code apart from that of reading', () => {
  const targets = [
    done('eu/shop/Deployment/api'),
    done('eu/shop/Deployment/web', 'unchanged', {reason: 'restarted since'}),
  ]
  expect(render({targets})).toMatchInlineSnapshot(`
    "OUTCOME    CONTEXT  NAMESPACE  WORKLOAD        TIME  REASON
    unchanged  eu       shop       Deployment/web  4.2s  restarted since
    succeeded  eu       shop       Deployment/api  4.2s

    Total 2  Succeeded 1  Failed 0  Unchanged 1
    Run 20261124-030412-9f3a: restart ghcr.io/acme/web, started at 2026-11-24
    03:04:12 UTC.
    It ended with 0 at 2026-11-24 03:06:23 UTC.
    Its ledger is /state/hubspoke/runs/20261124-030412-9f3a.jsonl.
    Exit 0: The run 20261124-030412-9f3a ended with exit code 0.
    "
  `)
})

test.each([
  {state: 'planned', wrote: 'no', says: 'No write was announced, so none was sent.'},
  {
    state: 'planned',
    wrote: 'maybe',
    says: 'An earlier invocation of this run announced a write; whether it arrived is not',
  },
  {state: 'planned', wrote: 'yes', says: 'An earlier invocation of this run has written it'},
  {state: 'writing', wrote: 'maybe', says: 'A write was announced; whether it arrived is not known.'},
  {state: 'retrying', wrote: 'no', says: 'No write has arrived. Its last try failed: Cut.'},
  {state: 'retrying', wrote: 'maybe', says: 'whether it arrived is not known. Its last try failed: Cut.'},
  {
    state: 'retrying',
    wrote: 'yes',
    says: 'It was written; how its rollout ended is not known. Its last try failed: Cut.',
  },
  {state: 'written', wrote: 'yes', says: 'It was written; how its rollout ended is not known.'},
] as const)('$state, written: $wrote is "$says"', ({state, wrote, says}) => {
  const retryReason = state === 'retrying' ? 'Cut.' : undefined
  const targets = [open('eu/shop/Deployment/web', state, {wrote, retryReason})]
  const text = render({targets, ended: undefined}, {...terminal, width: undefined})
  expect(text).toMatch(new RegExp(`^${state.toUpperCase()}  eu/shop/Deployment/web\n`))
  expect(text).toContain(says)
})

test('a damaged ledger is not said to show that nothing was sent', () => {
  const text = render(
    {targets: [open('eu/shop/Deployment/web', 'planned')], damagedLines: 2},
    {...terminal, width: undefined},
  )
  expect(text).toContain('2 lines of it cannot be read')
  expect(text).toContain('No write was announced in the readable part of the ledger.')
  expect(text).not.toContain('none was sent')
})

test('planned targets that the ledger does not have are counted', () => {
  const targets = [open('eu/shop/Deployment/web', 'planned')]
  const text = render({targets, targetsMissing: 2, ended: undefined}, {...terminal, width: undefined})
  expect(text).toContain('It names 1 of the 3 planned targets:')
  expect(render({targets, ended: undefined})).not.toContain('planned targets')
})

test.each([
  {exitCode: 0, goesOn: false, because: 'everything is in the desired state'},
  {exitCode: 1, goesOn: true, because: 'something failed'},
  {exitCode: 4, goesOn: true, because: 'a context was not read'},
])('a run that ended with $exitCode: is there a command to go on? $goesOn: $because', ({exitCode, goesOn}) => {
  const at = '2026-11-24T03:06:23.000Z'
  const text = render({ended: {type: 'ended', at, exitCode, stoppedBy: null}}, {...terminal, width: undefined})
  expect(text.includes(`hubspoke runs retry ${runId}`)).toBe(goesOn)
  expect(text.includes('retries its unfinished targets')).toBe(goesOn)
})

test('of a retry and of what was retried the other one is named', () => {
  const head = recordedRun().run
  const retry = {...recordedRun(), run: head && {...head, retryOf: '20261123-000000-0001'}}
  const retriedBy = ['20261125-000000-0002', '20261125-000000-0003']
  const next = {suggestions: ['hubspoke runs show 20261125-000000-0003'], retriedBy}
  const ended = {type: 'ended', at: '2026-11-24T03:06:23.000Z', exitCode: 1, stoppedBy: null} as const
  const text = renderLedgerTable(summarizeLedger(runId, {...retry, ended}, next), {...terminal, width: undefined})
  expect(text).toContain('It retried the unfinished targets of the run 20261123-000000-0001.\n')
  expect(text).toContain('Retried by 20261125-000000-0002 and 20261125-000000-0003.\n')
  expect(text).toContain('The first of these commands shows the result.\nNext:\n  hubspoke runs show')
})

test('what stopped a run is said', () => {
  const ended = {type: 'ended', at: '2026-11-24T03:06:23.000Z', exitCode: 5, stoppedBy: 'deadline'} as const
  expect(render({ended})).toContain('It ended with 5 at 2026-11-24 03:06:23 UTC, stopped by deadline.')
})

test('a file that holds anything else than times and arguments is shown without them', () => {
  const facts = recordedRun({lastAt: 'yesterday'})
  const run = {...facts.run!, at: '', mark: 'x', args: {image: 'web'}, options: {nested: JSON.parse('{"a": 1}')}}
  const report = summarizeLedger(runId, {...facts, run}, next)
  expect(report.run).toMatchObject({startedAt: null, lastRecordAt: null, stamp: null, arguments: {image: 'web'}})
  expect(report.run.arguments).not.toHaveProperty('nested')
  expect(renderLedgerTable(report, terminal)).toContain(`Run ${runId}: restart web.\nIt ended with 0.\n`)
})

test('on a terminal many targets that were not begun are cut, and no other ones', () => {
  const many = (state: 'planned' | 'writing') =>
    Array.from({length: 30}, (_, index) => open(`eu/shop/Deployment/${state}-${index}`, state))
  const text = render({targets: [...many('planned'), ...many('writing')], ended: undefined})
  expect(text.match(/writing-\d+/g)).toHaveLength(30)
  expect(text.match(/planned-\d+/g)).toHaveLength(5)
  expect(render({targets: many('planned')}, {...terminal, wide: true}).match(/planned-\d+/g)).toHaveLength(30)
})

test('colours only repeat what the words say', () => {
  const targets = [open('eu/shop/Deployment/web', 'writing'), done('eu/shop/Deployment/api')]
  const colored = render({targets, ended: undefined}, {...terminal, color: true})
  expect(colored).toContain('\u001b[')
  expect(stripVTControlCharacters(colored)).toBe(render({targets, ended: undefined}))
})
