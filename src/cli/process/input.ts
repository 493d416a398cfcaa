import type {ReadStream} from 'node:tty'

/** The input stream of the process. */
export interface Input {
  readonly isTerminal: boolean
  /**
   * All of it; undefined as soon as it has more than `maxBytes`. It is read once, and waited for as long as its writer takes.
   *
   * @throws the error of the stream
   */
  read(maxBytes: number): Promise<Buffer | undefined>
}

export function inputFrom(stream: ReadStream): Input {
  return {
    isTerminal: stream.isTTY === true,
    async read(maxBytes) {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of stream) {
        const bytes = Buffer.from(chunk)
        size += bytes.length
        if (size > maxBytes) return undefined
        chunks.push(bytes)
      }
      return Buffer.concat(chunks)
    },
  }
}
