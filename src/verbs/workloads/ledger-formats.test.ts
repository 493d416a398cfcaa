import {describe, expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {parseRecord} from '../../ledger/parse-record.ts'
import {ledgerFormats} from '../ledger-formats.ts'
import {isKnownTarget, upgradeRecord} from './ledger-formats.ts'

const at = '2026-11-24T10:00:01.000Z'
const key = 'eu-1/shop/Deployment/web/uid-web'
const server = 'https://eu-1.example:6443'
/** A target as version 1 recorded it. */
const first = {
  clusterUid: 'eu-1',
  context: 'eu-1',
  kind: 'Deployment',
  namespace: 'shop',
  name: 'web',
  uid: 'uid-web',
  matched: [{container: 'app', image: 'ghcr.io/acme/web:1.0', role: 'container'}],
}
const before = {restartedAt: null, template: 'digest-1', 'hubspoke.dev/run-id': 'r'}
const run = {
  ...{type: 'run', at, schemaVersion: 1, id: '20261124-100000-01a1', verb: 'restart', targets: 1},
  ...{arguments: {image: 'web', concurrency: 2, context: ['eu']}, stamp: '2026-11-24T10:00:00.417Z'},
}
const upgraded = {
  ...{type: 'run', at, schemaVersion: 2, id: '20261124-100000-01a1', verb: 'restart', targets: 1},
  ...{args: {image: 'web'}, options: {concurrency: 2, context: ['eu']}, mark: '2026-11-24T10:00:00.417Z'},
}

describe('a record of version 1 becomes one of version 2', () => {
  test.each([
    {what: 'a run: its image is an argument, its flags are options', one: run, two: upgraded},
    {
      what: 'a run whose pace is recorded besides, with null for what was not used',
      one: {...run, options: {concurrency: 2, retries: 5, deadline: null, 'max-failures': '10%'}},
      two: {...upgraded, options: {...upgraded.options, retries: 5, deadline: null, 'max-failures': '10%'}},
    },
    {
      what: 'a run whose --timeout was the default, which was recorded as if it were given',
      one: {...run, options: {timeout: 600_000}},
      two: upgraded,
    },
    {
      what: 'a run with a --timeout',
      one: {...run, options: {timeout: 90_000}},
      two: {...upgraded, options: {...upgraded.options, timeout: 90_000}},
    },
    {
      what: 'a run whose contexts came from a file',
      one: {...run, place: {kubeconfig: '/k'}, retryOf: 'r', reason: 'a leak'},
      two: {...upgraded, origin: {kubeconfig: '/k'}, retryOf: 'r', reason: 'a leak'},
    },
    {
      what: 'a planned target: its server is its own, its state before a snapshot',
      one: {type: 'planned', at, target: first, server, wave: 2, before},
      two: {type: 'planned', at, target: targetOf(), wave: 2, snapshot: before},
    },
    {
      what: 'a target that was excluded, whose server was not recorded',
      one: {type: 'excluded', at, target: first, reason: 'in kube-system', include: '-n kube-system'},
      two: {
        ...{type: 'excluded', at, target: targetOf('web', 'eu-1', {server: ''})},
        ...{reason: 'in kube-system', include: '-n kube-system'},
      },
    },
    {
      what: 'an announced write',
      one: {type: 'writing', at, target: key, attempt: 1, before},
      two: {type: 'writing', at, target: key, attempt: 1, snapshot: before},
    },
    {what: 'an accepted write', one: {type: 'written', at, target: key}, two: {type: 'written', at, target: key}},
  ])('$what', ({one, two}) => {
    expect(upgradeRecord(one)).toEqual(two)
    expect(parseRecord(JSON.stringify(one), ledgerFormats)).toEqual(two)
    expect(upgradeRecord(two)).toEqual(two)
  })

  test('the key of its target is the one that version 1 wrote', () => {
    expect(upgradeRecord({type: 'planned', at, target: first, server})).toMatchObject({target: {key}})
  })
})

describe('is damaged as it was in version 1', () => {
  test.each([
    {because: 'it has no arguments', one: {...run, arguments: undefined}},
    {because: 'its arguments are no object', one: {...run, arguments: 'web'}},
    {because: 'its pace is no object', one: {...run, options: 7}},
    {because: 'it has no stamp', one: {...run, stamp: undefined}},
    {because: 'its target has no UID', one: {type: 'planned', at, target: {...first, uid: undefined}, server}},
    {because: 'its kind is unknown', one: {type: 'planned', at, target: {...first, kind: 'Job'}, server}},
    {because: 'it has no server', one: {type: 'planned', at, target: first}},
    {because: 'it has no target', one: {type: 'excluded', at, reason: 'x', include: 'y'}},
    {because: 'its state before is none', one: {type: 'writing', at, target: key, attempt: 1, before: {a: 1}}},
  ])('a record where $because', ({one}) => {
    expect(parseRecord(JSON.stringify(one), ledgerFormats)).toBeUndefined()
  })
})

test.each([undefined, null, 7, 'text', [], {}, {type: 'later'}, {...run, schemaVersion: 3}])(
  '%j is returned as it is',
  (value) => {
    expect(upgradeRecord(value)).toBe(value)
  },
)

test.each([
  {target: targetOf(), known: true, because: 'every field is there'},
  {target: {...targetOf(), server: undefined}, known: false, because: 'a field is missing'},
  {target: {...targetOf(), type: 'repository'}, known: true, because: 'it is of another type, which others judge'},
])('a target is known ($known): $because', ({target, known}) => {
  expect(isKnownTarget(JSON.parse(JSON.stringify(target)))).toBe(known)
})
