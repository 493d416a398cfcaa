/**
 * The lines of a stream of UTF-8, wherever its chunks are cut. The last line counts also without its line break; empty
 * lines do not.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  // Pieces of a line that has not ended: joining them once is linear, adding to a string at each chunk is not for sure.
  let pieces: string[] = []
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, {stream: true}).split('\n')
    pieces.push(first)
    for (const next of others) {
      const line = pieces.join('')
      if (line.trim() !== '') yield line
      pieces = [next]
    }
  }
  const rest = pieces.join('') + decoder.decode()
  if (rest.trim() !== '') yield rest
}
