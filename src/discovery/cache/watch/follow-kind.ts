import type {WorkloadKind} from '../../../model/workload.ts'
import {listKinds} from './list-kinds.ts'
import {say, type Watching} from './watch-state.ts'

/** A server sends a bookmark about two seconds before the end of a watch: this is how often each kind reports its version. */
const watchSeconds = 10
/** The shortest interval between watches, for a server that ends every watch at once. */
const leastMs = 1_000

/**
 * Follows a kind with one watch after the other, each from the end of the one before. A kind whose history the server
 * no longer has is listed. Ends when the signal is aborted; rejects when a watch or a list fails.
 */
export async function followKind(watching: Watching, kind: WorkloadKind, signal: AbortSignal): Promise<void> {
  const {cluster, state, clock} = watching
  const {mirror} = state
  while (!signal.aborted) {
    const startedAt = clock.now()
    const from = {kind, resourceVersion: `${mirror.versionOf(kind) ?? 0}`, seconds: watchSeconds}
    const end = await cluster.workloads.watch(from, (news) => mirror.take(kind, news), signal)
    if (end === 'expired') {
      say(watching, `listing ${kind}s again: the server no longer has changes that old`)
      await listKinds(watching, [kind], signal)
    }
    const rest = startedAt + leastMs - clock.now()
    if (rest > 0) await clock.sleep(rest, signal)
  }
}
