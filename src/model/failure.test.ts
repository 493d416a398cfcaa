import {expect, test} from 'vitest'
import {HubspokeError, onFailure} from './failure.ts'

test('an expected failure means something else', async () => {
  const forbidden = Promise.reject(new HubspokeError('forbidden', 'no'))
  expect(await forbidden.catch(onFailure('unknown'))).toBe('unknown')
})

test('a bug is thrown again', async () => {
  await expect(Promise.reject(new TypeError('x')).catch(onFailure('unknown'))).rejects.toThrow('x')
})
