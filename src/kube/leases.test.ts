import {expect, test} from 'vitest'
import {createLeases} from './leases.ts'
import type {LeaseRecord} from './ports/leases.ts'
import {type FakeAnswers, fakeApi, refusal} from './testing/fake-api.ts'

const {signal} = new AbortController()
const folder = '/apis/coordination.k8s.io/v1/namespaces/hubspoke-system/leases'

const held: LeaseRecord = {
  holderIdentity: 'run-1',
  leaseDurationSeconds: 15,
  acquireTime: '2026-11-24T03:04:12.500Z',
  renewTime: '2026-11-24T03:04:17Z',
  leaseTransitions: 2,
  annotations: {'hubspoke.dev/host': 'laptop-7'},
}

const where = {name: 'hubspoke-run', namespace: 'hubspoke-system', uid: 'l-1', resourceVersion: '7'}
const object = {
  kind: 'Lease',
  metadata: {...where, annotations: {'hubspoke.dev/host': 'laptop-7'}},
  spec: {
    holderIdentity: 'run-1',
    leaseDurationSeconds: 15,
    acquireTime: '2026-11-24T03:04:12.500000Z',
    renewTime: '2026-11-24T03:04:17.000000Z',
    leaseTransitions: 2,
  },
}

const open = (answers: FakeAnswers) => {
  const api = fakeApi(answers)
  return {api, leases: createLeases(api)}
}

const refusing = (status: number) => () => {
  throw refusal(status)
}

test('reads the holder; missing fields read as empty', async () => {
  const {api, leases} = open({
    get: (path) =>
      path.includes('hubspoke-run')
        ? object
        : {kind: 'Lease', metadata: {...where, name: 'other'}, spec: {holderIdentity: null}},
  })
  expect(await leases.read('hubspoke-system', 'hubspoke-run', signal)).toMatchObject({
    resourceVersion: '7',
    holderIdentity: 'run-1',
    leaseDurationSeconds: 15,
    leaseTransitions: 2,
    annotations: {'hubspoke.dev/host': 'laptop-7'},
  })
  expect(await leases.read('hubspoke-system', 'other', signal)).toMatchObject({holderIdentity: '', renewTime: ''})
  expect(api.gets[0]).toBe(`${folder}/hubspoke-run`)
})

test('a missing Lease is undefined, a forbidden read is a failure', async () => {
  await expect(open({get: refusing(404)}).leases.read('ns', 'a', signal)).resolves.toBeUndefined()
  await expect(open({get: refusing(403)}).leases.read('ns', 'a', signal)).rejects.toMatchObject({
    failureClass: 'forbidden',
  })
})

test('creates a Lease without a resource version, with times in the format of MicroTime', async () => {
  const {api, leases} = open({write: () => object})
  const written = await leases.write('hubspoke-system', 'hubspoke-run', {record: held}, signal)
  expect(written.resourceVersion).toBe('7')
  expect(api.writes).toMatchObject([
    {method: 'POST', path: `${folder}?fieldManager=hubspoke`, body: {spec: object.spec}},
  ])
})

test('replaces exactly the given version', async () => {
  const {api, leases} = open({write: () => object})
  await leases.write('hubspoke-system', 'hubspoke-run', {record: held, resourceVersion: '6'}, signal)
  expect(api.writes).toMatchObject([
    {method: 'PUT', path: `${folder}/hubspoke-run?fieldManager=hubspoke`, body: {metadata: {resourceVersion: '6'}}},
  ])
})

test('a dry run asks the server to check, and to write nothing', async () => {
  const {api, leases} = open({write: () => object})
  await leases.write('hubspoke-system', 'hubspoke-run', {record: held, dryRun: true}, signal)
  expect(api.writes).toMatchObject([{method: 'POST', path: `${folder}?fieldManager=hubspoke&dryRun=All`}])
})

test('a record without a holder has no times and no duration', async () => {
  const {api, leases} = open({write: () => ({...object, spec: {leaseTransitions: 2}})})
  const record = {...held, holderIdentity: '', leaseDurationSeconds: 0, acquireTime: '', renewTime: '', annotations: {}}
  await leases.write('hubspoke-system', 'hubspoke-run', {record, resourceVersion: '6'}, signal)
  expect(api.writes[0]).toHaveProperty('body.spec', {leaseTransitions: 2})
})

test.each([
  {status: 409, resourceVersion: '6', failureClass: 'conflict', because: 'another client was faster'},
  {status: 404, resourceVersion: '6', failureClass: 'conflict', because: 'it was deleted in the meantime'},
  {status: 404, resourceVersion: undefined, failureClass: 'not-found', because: 'there is no such namespace'},
  {status: 409, resourceVersion: undefined, failureClass: 'conflict', because: 'it exists already'},
])('HTTP $status with version $resourceVersion is a $failureClass: $because', async (row) => {
  const {leases} = open({write: refusing(row.status)})
  const content = {record: held, ...(row.resourceVersion && {resourceVersion: row.resourceVersion})}
  await expect(leases.write('ns', 'a', content, signal)).rejects.toMatchObject({failureClass: row.failureClass})
})

test.each([
  {because: 'names another holder', answer: {...object, spec: {...object.spec, holderIdentity: 'run-2'}}},
  {because: 'has no holder', answer: {...object, spec: {}}},
  {because: 'is of another Lease', answer: {...object, metadata: {...object.metadata, name: 'other'}}},
  {because: 'has no version', answer: {...object, metadata: {...object.metadata, resourceVersion: ''}}},
])('the lock is not taken where the answer to the write $because', async ({answer}) => {
  const {leases} = open({write: () => answer})
  await expect(leases.write('hubspoke-system', 'hubspoke-run', {record: held}, signal)).rejects.toMatchObject({
    failureClass: 'server-error',
  })
})
