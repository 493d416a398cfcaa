import {type ImageReference, isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {fnv1a} from './fnv1a.ts'

/** The name of the hash that spreads repositories over shards. A reader that does not support it must not guess. */
export const shardHash = 'fnv1a-32'

/**
 * The shard of an image: all images of a repository are in one, ignoring host case, tag and digest. An image that cannot
 * be parsed has no repository and is spread by its text.
 */
export function shardOfImage(image: string, shards: number): number {
  const reference = parseImageReference(image)
  return isImageReference(reference) ? shardOfRepository(reference, shards) : shardOfText(image, shards)
}

export function shardOfRepository({domain, path}: Pick<ImageReference, 'domain' | 'path'>, shards: number): number {
  return shardOfText(`${domain.toLowerCase()}/${path}`, shards)
}

export function shardOfText(text: string, shards: number): number {
  return fnv1a(text) % shards
}
