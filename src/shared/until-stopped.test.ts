import {expect, test} from 'vitest'
import {untilStopped} from './until-stopped.ts'

const never = new Promise<never>(() => undefined)

test('the end of the work, without a stop', async () => {
  const {signal} = new AbortController()
  await expect(untilStopped(Promise.resolve(1), signal)).resolves.toBe(1)
  await expect(untilStopped(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
})

test('undefined at once, after a stop', async () => {
  const controller = new AbortController()
  const ended = untilStopped(never, controller.signal)
  controller.abort()
  await expect(ended).resolves.toBeUndefined()
})

test('undefined, after an earlier stop', async () => {
  await expect(untilStopped(never, AbortSignal.abort())).resolves.toBeUndefined()
})

test('a failure after the stop is no unhandled rejection', async () => {
  const controller = new AbortController()
  const {promise, reject} = Promise.withResolvers<never>()
  const ended = untilStopped(promise, controller.signal)
  controller.abort()
  await ended
  reject(new Error('too late'))
  await expect(promise).rejects.toThrow('too late')
})
