/** In characters. The largest object that etcd takes is 1.5 MiB, and less than 5 MiB as JSON. */
const longestLine = 8 * 1024 * 1024

/**
 * The lines of a stream of UTF-8, wherever its chunks are cut. The last line counts also without its line break; empty
 * lines do not. A line that is longer than any object of the API ends the stream: no more of it is buffered.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  // The pieces of an unfinished line: joining them once is linear, which repeated concatenation may not be.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const [first = '', ...others] = decoder.decode(chunk, {stream: true}).split('\n')
    pieces.push(first)
    length += first.length
    for (const next of others) {
      const line = pieces.join('')
      if (line.trim() !== '') yield line
      pieces = [next]
      length = next.length
    }
    if (length > longestLine) return
  }
  const rest = pieces.join('') + decoder.decode()
  if (rest.trim() !== '') yield rest
}
