import type {FileHandle} from 'node:fs/promises'

/** What is longer is no record: a ledger neither takes nor believes it. */
export const maxRecordBytes = 1_048_576

const newline = 0x0a

/**
 * The lines of the first `size` bytes, the last one also without its line end. Split at `\n` alone, unlike
 * `node:readline`, which splits at U+2028, too: JSON leaves that unescaped. A line longer than `maxBytes` is one empty
 * line, so that memory stays flat whatever the file holds.
 */
export async function* linesOf(file: FileHandle, size: number, maxBytes: number): AsyncGenerator<string> {
  if (size === 0) return
  let parts: Buffer[] = []
  let length = 0
  const keep = (part: Buffer) => {
    length += part.length
    if (length <= maxBytes) parts.push(part)
  }
  const take = () => {
    const line = length > maxBytes ? '' : Buffer.concat(parts).toString('utf8')
    parts = []
    length = 0
    return line
  }
  const stream: AsyncIterable<Buffer> = file.createReadStream({start: 0, end: size - 1, autoClose: false})
  for await (const chunk of stream) {
    let from = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end))
      yield take()
      from = end + 1
    }
    keep(chunk.subarray(from))
  }
  if (length > 0) yield take()
}
