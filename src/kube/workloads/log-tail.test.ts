import {expect, test} from 'vitest'
import {fakeApi, refusal} from '../testing/fake-api.ts'
import {readLogTail} from './log-tail.ts'

const never = new AbortController().signal
const trouble = {pod: 'web-1', container: 'app', reason: 'CrashLoopBackOff', message: '', lasting: true, crashed: true}

const read = async (get: (path: string) => unknown) => {
  const api = fakeApi({get})
  return {words: await readLogTail(api, 'shop', trouble, never), gets: api.gets}
}

test('requests the end of the log that the container wrote before it crashed', async () => {
  const {words, gets} = await read(() => 'starting\nno configuration\n')
  expect(words).toEqual(['starting', 'no configuration'])
  expect(gets).toEqual([
    '/api/v1/namespaces/shop/pods/web-1/log?container=app&previous=true&tailLines=5&limitBytes=8192',
  ])
})

test('if the kubelet has not kept that log, it requests that of the running container', async () => {
  const {words} = await read((path) => {
    if (path.includes('previous')) throw refusal(400, 'previous terminated container "app" not found')
    return 'still here'
  })
  expect(words).toEqual(['still here'])
})

test('a forbidden log is requested only once', async () => {
  const {words, gets} = await read(() => {
    throw refusal(403)
  })
  expect(words).toEqual([])
  expect(gets).toHaveLength(1)
})

test('secrets and control characters are removed', async () => {
  const {words} = await read(() => 'password=hunter2\n\x1b[2Jgone\r\n\n')
  expect(words).toEqual(['password=[redacted]', 'gone'])
})

test('of a long log, the last five lines', async () => {
  const {words} = await read(() => Array.from({length: 90}, (_, index) => `line ${index}`).join('\n'))
  expect(words).toEqual(['line 85', 'line 86', 'line 87', 'line 88', 'line 89'])
})
