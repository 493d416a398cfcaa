import {describe, expect, test} from 'vitest'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {done, open, recordedRun} from '../../summary/testing/recorded.ts'
import {verbs} from '../../verbs/verbs.ts'
import {commandAgain, waysOn} from './command-again.ts'

const id = '20261124-100000-01a1'
const at = '2026-11-24T10:00:00.000Z'
const run = {type: 'run', at, schemaVersion: 2, id, verb: 'restart', mark: at} as const
const again = (args: ArgumentsEntry, options: ArgumentsEntry = {}, verb = 'restart') =>
  commandAgain({run: {...run, verb, args, options}}, verbs)

/** What a run without any flag but the consent records. */
const defaults: ArgumentsEntry = {
  'all-contexts': false,
  'cache-namespace': 'hubspoke-system',
  fresh: 'exact',
  'allow-empty': false,
  yes: true,
  preflight: 'report',
  lock: 'auto',
  concurrency: 50,
  'concurrency-per-cluster': 10,
  retries: 3,
  backoff: 30_000,
  'backoff-factor': 2,
  'backoff-max': 300_000,
  wait: true,
  output: 'table',
  json: false,
}

test.each([
  {options: {}, words: '', because: 'defaults are left out, and consent is given anew'},
  {
    options: {context: ['eu', '!eu-lab', "it's"]},
    words: "-c eu -c '!eu-lab' -c 'it'\\''s'",
    because: 'a shell reads it',
  },
  {
    options: {'all-contexts': true, namespace: ['shop', 'pay*']},
    words: "--all-contexts -n shop -n 'pay*'",
    because: 'it selects',
  },
  {
    options: {selector: 'a=b,c!=d', kind: ['Deployment']},
    words: "-l 'a=b,c!=d' --kind Deployment",
    because: 'it selects',
  },
  {
    options: {concurrency: 2, 'max-failures': '10%'},
    words: '--max-failures 10% --concurrency 2',
    because: 'it protects',
  },
  {
    options: {backoff: 90_000, timeout: 90_500},
    words: '--backoff 1m30s --timeout 90500ms',
    because: 'nothing is rounded',
  },
  {
    options: {backoff: 1000, 'backoff-max': 4250},
    words: '--backoff 1s --backoff-max 4250ms',
    because: 'nothing is rounded',
  },
  {options: {deadline: 0}, words: '--deadline 0ms', because: 'a duration has a unit'},
  {options: {wait: false}, words: '--no-wait', because: 'the default is to wait'},
  {
    options: {confirm: ['prod'], 'run-id': id, fresh: 'scan', unheard: 'of'},
    words: '',
    because: 'these are chosen anew, or unknown',
  },
])('$options: "$words", $because', ({options, words}) => {
  const command = ['hubspoke restart ghcr.io/acme/web', words, `--run-id ${id}`].filter((part) => part !== '').join(' ')
  expect(again({image: 'ghcr.io/acme/web'}, {...defaults, ...options})).toBe(command)
})

test('an image is one word of the shell', () => {
  expect(again({image: 'web:1.*'})).toBe(`hubspoke restart 'web:1.*' --run-id ${id}`)
})

test.each([
  {ask: () => commandAgain({run: undefined}, verbs), because: 'what the run was is not recorded'},
  {ask: () => again({}), because: 'there is no image'},
  {ask: () => again({image: ['web']}), because: 'that is no image'},
  {ask: () => again({image: 'web'}, {}, 'rm'), because: 'nobody knows what a second time would do'},
])('none where $because', ({ask}) => {
  expect(ask()).toBeUndefined()
})

describe('the ways on', () => {
  const options = {...defaults, concurrency: 2, 'cache-namespace': 'ops'}
  const begun = {...run, args: {image: 'web'}, options}
  const left = {...recordedRun({run: begun}), targets: [open('eu/shop/Deployment/web', 'writing')]}
  const retry = `hubspoke runs retry ${id}`
  const again = `hubspoke restart web --cache-namespace ops --concurrency 2 --run-id ${id}`
  test.each([
    {recorded: left, ways: [retry, again], because: 'a target is open: its retry first'},
    {recorded: {...left, targets: [done('eu/shop/Deployment/web')]}, ways: [again], because: 'none is open'},
    {recorded: {...left, targetsMissing: 1}, ways: [again], because: 'the plan is not all there'},
    {
      recorded: {...left, run: {...begun, retryOf: '20261123-000000-0001'}},
      ways: [retry],
      because: 'its mark is not that of its id',
    },
    {
      recorded: {...left, invocations: [begun, {...begun, args: {image: 'redis'}}]},
      ways: [],
      because: 'it is of two runs',
    },
    {recorded: {...left, run: {...begun, verb: 'rm'}}, ways: [], because: 'the verb is not known'},
    {recorded: {...left, run: {...begun, verb: 'constructor'}}, ways: [], because: 'that is no verb either'},
  ])('$ways: $because', ({recorded, ways}) => {
    expect(waysOn(id, recorded, verbs)).toEqual(ways)
  })
})
