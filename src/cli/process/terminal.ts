import {createInterface} from 'node:readline/promises'
import type {ReadStream, WriteStream} from 'node:tty'

/** A person who can be asked. */
export interface Terminal {
  /** The line that was typed, without its end; undefined when the input ended or the signal was aborted first. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>
}

export function askOnTerminal(input: ReadStream, output: WriteStream): Terminal {
  return {
    async ask(question, signal) {
      const lines = createInterface({input, output})
      // In raw mode Ctrl-C arrives here and not as a signal; it means the same.
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
      try {
        return await Promise.race([lines.question(question, {signal}), closed])
      } catch {
        return undefined
      } finally {
        lines.close()
      }
    },
  }
}
