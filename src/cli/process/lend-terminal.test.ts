import {expect, test} from 'vitest'
import type {HubEvent} from '../../model/event.ts'
import {lendTerminal} from './lend-terminal.ts'

function setUp() {
  const said: string[] = []
  const {onEvent, lend} = lendTerminal({
    onEvent: (event) => void said.push(event.type === 'notice' ? event.message : event.type),
    pause: async () => void said.push('pause'),
    resume: () => void said.push('resume'),
    stop: async () => undefined,
  })
  const notice = (message: string): HubEvent => ({type: 'notice', message})
  return {said, lend, tell: (message: string) => onEvent(notice(message))}
}

test('what happens while the terminal is lent is shown afterwards, in its order', async () => {
  const {said, lend, tell} = setUp()
  tell('before')
  const result = await lend(async () => {
    said.push('prompt')
    tell('one')
    tell('two')
    return 'token'
  })
  tell('after')
  expect(result).toBe('token')
  expect(said).toEqual(['before', 'pause', 'prompt', 'resume', 'one', 'two', 'after'])
})

test('nothing is shown until the last borrower has ended', async () => {
  const {said, lend, tell} = setUp()
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const ends = [lend(() => first.promise), lend(() => second.promise)]
  first.resolve()
  await ends[0]
  tell('kept')
  expect(said).toEqual(['pause', 'pause'])
  second.resolve()
  await ends[1]
  expect(said).toEqual(['pause', 'pause', 'resume', 'kept'])
})

test('a program that fails gives the terminal back', async () => {
  const {said, lend, tell} = setUp()
  await expect(lend(() => Promise.reject(new Error('exit code 1')))).rejects.toThrow('exit code 1')
  tell('after')
  expect(said).toEqual(['pause', 'resume', 'after'])
})
