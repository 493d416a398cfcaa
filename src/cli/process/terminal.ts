import {createInterface} from 'node:readline/promises'
import type {ReadStream, WriteStream} from 'node:tty'
import type {StopSignal} from '../../model/exit-code.ts'
import type {Clock} from '../../shared/clock.ts'
import {printable} from '../../shared/printable.ts'

/** A terminal for prompts. */
export interface Terminal {
  /**
   * The line that was typed after the question was shown, without its end; undefined when the input ended or the signal was
   * aborted first. Input from before the question was shown is discarded: it cannot be an answer. The question is one line, and made safe
   * to print here: names are in it.
   */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>
}

export interface TerminalStreams {
  readonly input: Pick<ReadStream, 'setRawMode' | 'readableEnded' | 'destroyed'> & NodeJS.ReadableStream
  readonly output: WriteStream | NodeJS.WritableStream
}

export interface TerminalDeps {
  readonly clock: Pick<Clock, 'sleep'>
  /** Raises the signal of a key or of the end of the terminal, as if the process had received it. */
  raise(signal: StopSignal): void
}

/** Input up to a silence of this length was typed before the question; a paste arrives in several parts. */
const quietMs = 30
const longestMs = 1_000

const ctrlC = '\u0003'

export function askOnTerminal({input, output}: TerminalStreams, {clock, raise}: TerminalDeps): Terminal {
  // In raw mode no key ends the input: only a closed terminal does.
  const hungUp = () => raise('SIGHUP')
  // A closed terminal may report it again after the prompt.
  input.on('error', () => undefined)
  const isGone = () => input.readableEnded || input.destroyed

  const discardTyped = async () => {
    let heard = true
    const listen = (typed: Buffer | string) => {
      heard = true
      if (String(typed).includes(ctrlC)) raise('SIGINT')
    }
    input.setRawMode(true) // a line without its end is held back otherwise
    input.on('data', listen)
    input.resume()
    for (let ms = 0; heard && !isGone() && ms < longestMs; ms += quietMs) {
      heard = false
      await clock.sleep(quietMs)
    }
    input.off('data', listen)
    input.pause()
    if (!isGone()) input.setRawMode(false)
  }

  const answerTo = async (question: string, signal: AbortSignal): Promise<string | undefined> => {
    const lines = createInterface({input, output, terminal: true})
    lines.on('error', hungUp)
    // In raw mode Ctrl-C arrives here and not as a signal; it means the same.
    lines.on('SIGINT', () => raise('SIGINT'))
    const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
    try {
      return await Promise.race([lines.question(printable(question), {signal}), closed])
    } catch {
      return undefined
    } finally {
      lines.close()
    }
  }

  return {
    async ask(question, signal) {
      const watched = ['end', 'close', 'error'] as const
      for (const event of watched) input.on(event, hungUp)
      try {
        if (isGone()) hungUp()
        if (!signal.aborted) await discardTyped()
        return signal.aborted ? undefined : await answerTo(question, signal)
      } finally {
        for (const event of watched) input.off(event, hungUp)
      }
    },
  }
}
