import {expect, test} from 'vitest'
import {type SoakPart, soakParts} from './parts.ts'
import {type PartEnd, runSoak} from './run-soak.ts'

const part = (name: string): SoakPart => ({name, title: `the ${name}`, files: [], env: {}})
const parts = [part('one'), part('two'), part('three')]
const passed: PartEnd = {passed: true, figures: '10 rounds'}
const failed: PartEnd = {passed: false, figures: '10 rounds, 1 mismatch'}

async function soak(names: readonly string[], ends: Readonly<Record<string, PartEnd>> = {}, stopIn?: string) {
  const printed: string[] = []
  const ran: string[] = []
  const stop = new AbortController()
  const code = await runSoak(parts, names, {
    runPart: async ({name}) => {
      ran.push(name)
      if (name === stopIn) stop.abort(130)
      return ends[name] ?? passed
    },
    print: (line) => printed.push(line),
    signal: stop.signal,
    nowMs: () => ran.length * 60_000,
  })
  return {code, ran, printed}
}

test('runs every part, prints a line for each with its figures, the rows for the documentation, and the count: 0', async () => {
  const {code, ran, printed} = await soak([])
  expect(ran).toEqual(['one', 'two', 'three'])
  expect(printed).toEqual([
    'one: passed in 60 s: 10 rounds',
    'two: passed in 60 s: 10 rounds',
    'three: passed in 60 s: 10 rounds',
    'For the documentation:',
    '| the one | 10 rounds |',
    '| the two | 10 rounds |',
    '| the three | 10 rounds |',
    '3 passed, 0 failed',
  ])
  expect(code).toBe(0)
})

test('one that fails stops no other, has no row, and makes the exit code 1', async () => {
  const {code, printed} = await soak([], {two: failed})
  expect(printed).toContain('two: FAILED in 60 s: 10 rounds, 1 mismatch')
  expect(printed).not.toContain('| the two | 10 rounds, 1 mismatch |')
  expect(printed.at(-1)).toBe('2 passed, 1 failed')
  expect(code).toBe(1)
})

test('runs only what is named', async () => {
  expect(await soak(['three'])).toMatchObject({code: 0, ran: ['three']})
})

test('a name that is none runs nothing: 2', async () => {
  const {code, ran, printed} = await soak(['one', 'tow'])
  expect({code, ran, printed}).toEqual({
    code: 2,
    ran: [],
    printed: ['There is no part tow. There are: one, two, three.'],
  })
})

test('Ctrl-C starts no other part, counts the one at work for nothing, and is the exit code', async () => {
  const {code, ran, printed} = await soak([], {}, 'two')
  expect(ran).toEqual(['one', 'two'])
  expect(printed.at(-1)).toBe('1 passed, 0 failed, 2 not run to the end')
  expect(code).toBe(130)
})

test('every part has a name of its own', () => {
  expect(new Set(soakParts.map(({name}) => name)).size).toBe(soakParts.length)
})
