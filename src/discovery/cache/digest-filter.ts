import {fnv1a} from './fnv1a.ts'

/** Bits set per digest; 4 is near the optimum for 4 to 10 bits per digest. */
const marks = 4

/**
 * A Bloom filter (https://en.wikipedia.org/wiki/Bloom_filter) over digests such as `sha256:…`: with 10 bits per digest one
 * false positive in 80, and never a false negative. No digests give no bytes.
 */
export function digestFilter(digests: ReadonlySet<string>, bitsPerDigest: number): Uint8Array {
  const filter = new Uint8Array(Math.ceil((digests.size * bitsPerDigest) / 8))
  for (const digest of digests) {
    for (const bit of bitsOf(digest, filter)) filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7))
  }
  return filter
}

/** False: the filter certainly does not contain the digest. */
export function mayHoldDigest(filter: Uint8Array, digest: string): boolean {
  return filter.length > 0 && bitsOf(digest, filter).every((bit) => ((filter[bit >> 3] ?? 0) >> (bit & 7)) & 1)
}

function bitsOf(digest: string, filter: Uint8Array): readonly number[] {
  return Array.from({length: marks}, (_, i) => fnv1a(`${i}/${digest}`) % (8 * filter.length))
}
