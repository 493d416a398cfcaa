import {expect, test} from 'vitest'
import {type FailureClass, type FailureDetails, HubspokeError} from '../model/failure.ts'
import {retryRead} from './retry-read.ts'
import {fakeClock} from './testing/fake-clock.ts'

function failures(times: number, failureClass: FailureClass, details: FailureDetails = {}) {
  const deps = {clock: fakeClock(), signal: new AbortController().signal}
  let tries = 0
  const read = async (): Promise<string> => {
    if (++tries <= times) throw new HubspokeError(failureClass, 'No.', details)
    return 'read'
  }
  return {deps, read, tries: () => tries}
}

test.each([
  {failureClass: 'unreachable', details: {}},
  {failureClass: 'throttled', details: {status: 429}},
  {failureClass: 'server-error', details: {status: 500}},
  {failureClass: 'timeout', details: {status: 504}},
  {failureClass: 'timeout', details: {status: 408}},
] as const)(
  '$failureClass $details.status is read again after one and two seconds',
  async ({failureClass, details}) => {
    const {deps, read} = failures(2, failureClass, details)
    await expect(retryRead(read, deps)).resolves.toBe('read')
    expect(deps.clock.slept).toEqual([1000, 2000])
  },
)

test.each([
  {failureClass: 'unauthenticated', details: {status: 401}},
  {failureClass: 'forbidden', details: {status: 403}},
  {failureClass: 'not-found', details: {status: 404}},
  {failureClass: 'conflict', details: {status: 409}},
  {failureClass: 'rejected', details: {status: 422}},
  {failureClass: 'timeout', details: {}},
  {failureClass: 'unreachable', details: {final: true}},
] as const)('$failureClass $details.status is not read again', async ({failureClass, details}) => {
  const {deps, read, tries} = failures(1, failureClass, details)
  await expect(retryRead(read, deps)).rejects.toThrow('No.')
  expect([tries(), deps.clock.slept]).toEqual([1, []])
})

test('three tries are all', async () => {
  const {deps, read, tries} = failures(3, 'unreachable')
  await expect(retryRead(read, deps)).rejects.toThrow('No.')
  expect(tries()).toBe(3)
})

test.each([
  {retryAfterMs: 500, slept: 1000, because: 'less than ours is ours'},
  {retryAfterMs: 7000, slept: 7000, because: 'the server knows better'},
  {retryAfterMs: 3_600_000, slept: 30_000, because: 'an hour is no answer'},
])('asked to wait $retryAfterMs ms: $because', async ({retryAfterMs, slept}) => {
  const {deps, read} = failures(1, 'throttled', {status: 429, retryAfterMs})
  await retryRead(read, deps)
  expect(deps.clock.slept).toEqual([slept])
})

test('a bug is not read again', async () => {
  const clock = fakeClock()
  const read = (): Promise<never> => Promise.reject(new TypeError('oops'))
  await expect(retryRead(read, {clock, signal: new AbortController().signal})).rejects.toThrow(TypeError)
  expect(clock.slept).toEqual([])
})

test('nothing is tried again once stopped', async () => {
  const controller = new AbortController()
  const {deps, read, tries} = failures(1, 'unreachable')
  const clock = {...deps.clock, sleep: async () => controller.abort()}
  await expect(retryRead(read, {clock, signal: controller.signal})).rejects.toThrow('No.')
  expect(tries()).toBe(1)
})
