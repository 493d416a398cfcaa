import {fnv1a} from './fnv1a.ts'

/** Numbers that each digest marks; 4 are near the best between 4 and 10 bits per digest. */
const marks = 4

/**
 * A Bloom filter (https://en.wikipedia.org/wiki/Bloom_filter) over digests such as `sha256:…`: with 10 bits per digest it
 * takes one in 80 strangers for its own, and never one of its own for a stranger. No digests give no bytes.
 */
export function digestFilter(digests: ReadonlySet<string>, bitsPerDigest: number): Uint8Array {
  const filter = new Uint8Array(Math.ceil((digests.size * bitsPerDigest) / 8))
  for (const digest of digests) {
    for (const bit of bitsOf(digest, filter)) filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7))
  }
  return filter
}

/** False: the digest is certainly not one of those that the filter was made of. */
export function mayHoldDigest(filter: Uint8Array, digest: string): boolean {
  return filter.length > 0 && bitsOf(digest, filter).every((bit) => ((filter[bit >> 3] ?? 0) >> (bit & 7)) & 1)
}

function bitsOf(digest: string, filter: Uint8Array): readonly number[] {
  return Array.from({length: marks}, (_, i) => fnv1a(`${i}/${digest}`) % (8 * filter.length))
}
