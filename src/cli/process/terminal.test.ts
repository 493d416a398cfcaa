import {describe, expect, test} from 'vitest'
import {type Keyboard, openFakeTerminal} from '../../../test/support/fake-terminal.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'

/** A terminal with a keyboard, and the signals that were raised. */
function openTerminal(keyboard: Keyboard) {
  const stop = new AbortController()
  const raised: string[] = []
  const raise = (signal: string) => {
    raised.push(signal)
    stop.abort()
  }
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const terminal = openFakeTerminal(keyboard, {clock, raise, write: () => undefined})
  return {raised, ask: (question: string) => terminal.ask(question, stop.signal)}
}

test('the line that was typed after the question', async () => {
  const {ask, raised} = openTerminal({answers: ['y', 'a leak']})
  expect([await ask('Go on? '), await ask('Why? ')]).toEqual(['y', 'a leak'])
  expect(raised).toEqual([])
})

test('a name in a question moves no cursor and forges no line', async () => {
  const shown: string[] = []
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const write = (text: string) => shown.push(text)
  const terminal = openFakeTerminal({answers: ['y']}, {clock, raise: () => undefined, write})
  await terminal.ask('Go on with "\u001b]0;x\u0007\u202e\u061c\n"? ', new AbortController().signal)
  expect(shown.join('')).toContain('Go on with "\\x1b]0;x\\x07\\u202e\\u061c\\x0a"? ')
  for (const raw of ['\u0007', '\u202e', '\u061c']) expect(shown.join('')).not.toContain(raw)
})

describe('input from before the question does not count', () => {
  test.each([
    {typedAhead: 'y\r', because: 'a line'},
    {typedAhead: 'y', because: 'a line without its end'},
    {typedAhead: 'y\ry\rprod-eu\ry\r', because: 'a paste'},
    {typedAhead: `${'y\r'.repeat(3_000)}`, because: 'more than a tty holds'},
    {typedAhead: '\u0004', because: 'the end of input'},
  ])('$because', async ({typedAhead}) => {
    const {ask, raised} = openTerminal({typedAhead, answers: ['n']})
    expect(await ask('Go on? ')).toBe('n')
    expect(raised).toEqual([])
  })

  test('a paste at one question does not answer the next one', async () => {
    const {ask} = openTerminal({answers: ['eu\ry\ry', 'n']})
    expect([await ask('Name: '), await ask('Go on? ')]).toEqual(['eu', 'n'])
  })

  test('except Ctrl-C, which always counts', async () => {
    const {ask, raised} = openTerminal({typedAhead: 'y\r\u0003', answers: ['y']})
    expect(await ask('Go on? ')).toBeUndefined()
    expect(raised).toEqual(['SIGINT'])
  })
})

test.each([
  {answer: {key: 'ctrl-d'}, signals: [], because: 'no answer'},
  {answer: {key: 'ctrl-c'}, signals: ['SIGINT'], because: 'an interrupt'},
  {answer: 'hang-up', signals: ['SIGHUP'], because: 'a closed terminal'},
] as const)('$because', async ({answer, signals}) => {
  const {ask, raised} = openTerminal({answers: [answer]})
  expect(await ask('Go on? ')).toBeUndefined()
  expect([...new Set(raised)]).toEqual(signals)
})

test('a closed terminal is not asked again', async () => {
  const {ask, raised} = openTerminal({answers: ['hang-up']})
  await ask('Go on? ')
  expect(await ask('Go on? ')).toBeUndefined()
  expect(new Set(raised)).toEqual(new Set(['SIGHUP']))
})
