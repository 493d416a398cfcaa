import {expect, test} from 'vitest'
import type {WorkloadIdentity} from '../model/workload.ts'
import {createEvents} from './events.ts'
import {fakeApi, refusal} from './testing/fake-api.ts'

const {signal} = new AbortController()
const workload: WorkloadIdentity = {kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'}
const event = {
  workload,
  key: '2026-11-24T03:04:12.762Z',
  reason: 'Restarted',
  message: 'Restarted by ada on laptop-7.',
  at: new Date('2026-11-24T03:04:15.123Z'),
  host: 'laptop-7',
}
const stored = (body: unknown) => {
  const event = body as {readonly metadata: object}
  return {...event, metadata: {...event.metadata, uid: 'e-1', resourceVersion: '1'}}
}
const bodyOf = async (more: Partial<typeof event> = {}) => {
  const api = fakeApi({write: ({body}) => stored(body)})
  await createEvents(api).record({...event, ...more}, signal)
  return {path: api.writes[0]?.path, body: JSON.parse(JSON.stringify(api.writes[0]?.body))}
}

test('an Event is about the workload, in its namespace', async () => {
  const {path, body} = await bodyOf()
  expect(path).toBe('/api/v1/namespaces/shop/events?fieldManager=hubspoke')
  expect(body).toMatchObject({
    kind: 'Event',
    involvedObject: {apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'},
    type: 'Normal',
    reason: 'Restarted',
    message: 'Restarted by ada on laptop-7.',
    lastTimestamp: '2026-11-24T03:04:15Z',
    source: {component: 'hubspoke', host: 'laptop-7'},
  })
})

test('its name is the same for the same key and workload, and differs for others', async () => {
  const name = async (more: Partial<typeof event>) => (await bodyOf(more)).body.metadata.name
  const first = await name({})
  expect(first).toMatch(/^web\.[0-9a-f]{16}$/)
  expect(await name({at: new Date(0), message: 'Another sentence.'})).toBe(first)
  expect(await name({key: '2026-11-24T03:04:13.000Z'})).not.toBe(first)
  expect(await name({workload: {...workload, uid: 'u2'}})).not.toBe(first)
})

test('an Event that exists already is a success; every other refusal is a failure', async () => {
  const answering = (status: number) =>
    createEvents(
      fakeApi({
        write: () => {
          throw refusal(status)
        },
      }),
    ).record(event, signal)
  await expect(answering(409)).resolves.toBeUndefined()
  await expect(answering(403)).rejects.toMatchObject({failureClass: 'forbidden'})
})

test('a long message is truncated to the limit of Events, between two characters', async () => {
  const {body} = await bodyOf({message: `a${'ü'.repeat(1_000)}`})
  expect(Buffer.byteLength(body.message)).toBeLessThanOrEqual(1_024)
  expect(body.message).toMatch(/^aü+…$/)
})
