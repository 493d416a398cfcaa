import {PassThrough, Writable} from 'node:stream'
import {askOnTerminal, type Terminal} from '../../src/cli/process/terminal.ts'
import type {StopSignal} from '../../src/model/exit-code.ts'
import type {Clock} from '../../src/shared/clock.ts'
import {printable} from '../../src/shared/printable.ts'

/** An action at a prompt: a line is typed, a key is pressed, or the terminal closes. */
export type Answer = string | {readonly key: 'ctrl-c' | 'ctrl-d'} | 'hang-up'

export interface Keyboard {
  /** Typed before the first question, line ends included. */
  readonly typedAhead?: string
  /** One for each prompt; after them the terminal closes. */
  readonly answers: readonly Answer[]
}

export interface FakeTerminalDeps {
  readonly clock: Pick<Clock, 'sleep'>
  raise(signal: StopSignal): void
  write(text: string): void
}

const keys = {'ctrl-c': '\u0003', 'ctrl-d': '\u0004'} as const

/** The real terminal, on streams that behave like a tty; each answer comes after its question was shown. */
export function openFakeTerminal(keyboard: Keyboard, {clock, raise, write}: FakeTerminalDeps): Terminal {
  const answers = [...keyboard.answers]
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode() {
      return this
    },
  })
  if (keyboard.typedAhead !== undefined) input.write(keyboard.typedAhead)
  let shown = ''
  let expected = ''
  const act = () => {
    const answer = answers.shift() ?? 'hang-up'
    if (answer === 'hang-up') input.end()
    else input.write(typeof answer === 'string' ? `${answer}\r` : keys[answer.key])
  }
  const output = new Writable({
    write(chunk, _, done) {
      shown += String(chunk)
      write(String(chunk))
      if (expected !== '' && shown.includes(expected)) {
        expected = ''
        setImmediate(act)
      }
      done()
    },
  })
  const terminal = askOnTerminal({input: input as never, output}, {clock, raise})
  return {
    ask(question, signal) {
      shown = ''
      expected = printable(question)
      return terminal.ask(question, signal)
    },
  }
}
