/** Text as gzip: the same text gives the same bytes. */
export async function pack(text: string): Promise<Uint8Array> {
  const packed = new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip')))
  return new Uint8Array(await packed.arrayBuffer())
}

/** The text that was packed; undefined if it is not gzip, not UTF-8, or unpacks to more than `maxBytes`. */
export async function unpack(packed: Uint8Array, maxBytes: number): Promise<string | undefined> {
  const text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})
  let unpacked = ''
  let size = 0
  try {
    // Copied, because the stream needs a buffer of its own.
    for await (const chunk of new Blob([new Uint8Array(packed)])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'))) {
      size += chunk.length
      if (size > maxBytes) return undefined
      unpacked += text.decode(chunk, {stream: true})
    }
    return unpacked + text.decode()
  } catch {
    return undefined
  }
}

/** The first 16 hexadecimal digits of the SHA-256 of a text: collisions by accident are practically impossible. */
export async function fingerprint(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Buffer.from(hash).toString('hex', 0, 8)
}
