import type {Arriving, Known, TagEvent} from './records.ts'

/** Which pushes were accepted before. */
export interface DigestMemory {
  remember(hook: string, event: TagEvent): void
  rememberDigest(push: {readonly repository: string; readonly tag: string; readonly digest: string}): void
  rememberDelivery(hook: string, deliveryId: string): void
  /**
   * Is this very push known? A delivery that has a name is compared by that. Otherwise the digest is compared with the *last* one
   * of the tag: a tag that moves from A to B and back to A was pushed three times.
   */
  isKnown(hook: string, event: TagEvent, earlier: readonly Arriving[]): boolean
  known(): Pick<Known, 'tags' | 'deliveries'>
}

/** Older ones are forgotten: memory stays bounded, whatever a sender names. */
const most = {tags: 100_000, deliveries: 10_000}

export function rememberDigests(): DigestMemory {
  const digests = new Map<string, readonly [string, string, string]>()
  const deliveries = new Map<string, readonly [string, string]>()
  const tagKey = ({repository, tag}: Pick<TagEvent, 'repository' | 'tag'>) => `${repository}\n${tag}`
  const deliveryKey = (hook: string, deliveryId: string) => `${hook}\n${deliveryId}`
  const rememberDelivery = (hook: string, deliveryId: string) =>
    put(deliveries, deliveryKey(hook, deliveryId), [hook, deliveryId] as const, most.deliveries)
  const rememberDigest = (push: {readonly repository: string; readonly tag: string; readonly digest: string}) =>
    put(digests, tagKey(push), [push.repository, push.tag, push.digest] as const, most.tags)

  return {
    rememberDigest,
    rememberDelivery,
    remember(hook, {repository, tag, digest, deliveryId}) {
      if (deliveryId !== undefined) rememberDelivery(hook, deliveryId)
      // The digest of a later push is not known: the next one with a digest may be the same as before, and still count.
      if (digest === undefined) digests.delete(tagKey({repository, tag}))
      else rememberDigest({repository, tag, digest})
    },
    isKnown(hook, event, earlier) {
      const {deliveryId, digest} = event
      const isSameDelivery = (one: Arriving) => one.hook === hook && one.event.deliveryId === deliveryId
      if (deliveryId !== undefined) {
        if (deliveries.has(deliveryKey(hook, deliveryId)) || earlier.some(isSameDelivery)) return true
      }
      if (digest === undefined) return false
      const before = earlier.findLast((one) => tagKey(one.event) === tagKey(event))
      const last = before === undefined ? digests.get(tagKey(event))?.[2] : before.event.digest
      return last === digest
    },
    known: () => ({tags: [...digests.values()], deliveries: [...deliveries.values()]}),
  }
}

function put<V>(map: Map<string, V>, key: string, value: V, size: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > size && oldest !== undefined) map.delete(oldest)
}
