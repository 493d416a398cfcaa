import {gunzipSync} from 'node:zlib'
import type {Watch} from './read-watch.ts'
import type {RealCluster} from './real-cluster.ts'

const namespace = 'hubspoke-system'
const name = 'deployment-image-cache'

/** A ConfigMap of the image cache as it was written, and when it was seen here, in monotonic milliseconds. */
export interface SeenWrite {
  readonly name: string
  readonly isHead: boolean
  /** The text of the head, or of the shard, unpacked. */
  readonly text: string
  readonly at: number
}

/** Every write of a ConfigMap of the image cache from now on, as the cluster tells of them. */
export interface CacheWrites {
  readonly seen: readonly SeenWrite[]
  /** The next write that passes, from the one after the last that was waited for. Rejects when none comes in time. */
  until(passes: (write: SeenWrite) => boolean, withinMs?: number): Promise<SeenWrite>
  close(): void
}

interface ConfigMap {
  readonly metadata: {readonly name: string}
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

export async function watchCacheWrites(cluster: RealCluster): Promise<CacheWrites> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`
  const {metadata} = await cluster.get<{metadata: {resourceVersion: string}}>(`${path}?limit=1`)
  const watch = await cluster.client.watch(`${path}?watch=1&resourceVersion=${metadata.resourceVersion}`)
  const seen: SeenWrite[] = []
  void collect(watch, seen)
  let looked = 0
  return {
    seen,
    async until(passes, withinMs = 10_000) {
      const deadline = performance.now() + withinMs
      for (;;) {
        const write = seen[looked]
        if (write === undefined) {
          if (performance.now() > deadline) throw new Error(`no such write within ${withinMs} ms`)
          await new Promise((resolve) => setTimeout(resolve, 2))
          continue
        }
        looked++
        if (passes(write)) return write
      }
    },
    close: () => watch.close(),
  }
}

async function collect(watch: Watch, seen: SeenWrite[]): Promise<void> {
  for (;;) {
    const event = await watch.next(600_000)
    if (event === 'end' || event === 'silence') return
    if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue
    const {metadata, data, binaryData}: ConfigMap = event.object
    if (!metadata.name.startsWith(name)) continue
    const packed = binaryData?.['shard.json.gz']
    const text = data?.['cache.json'] ?? (packed && gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) ?? ''
    seen.push({name: metadata.name, isHead: metadata.name === name, text, at: performance.now()})
  }
}
