import {HubspokeError} from '../../../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../../../model/workload.ts'
import {listKinds} from './list-kinds.ts'
import {say, type Watching} from './watch-state.ts'

/** How often the cache is proved complete. */
const proofEveryMs = 10_000
/** A kind without a proof for this time is listed, which proves it. */
const patienceMs = 60_000

/**
 * Proves repeatedly that the mirror is complete. First the server sends its time; then consistent lists, requested after
 * that, show the version of each kind; when the mirror has reached these versions, it contains every write that was
 * acknowledged before the time of the server.
 *
 * Ends when the signal is aborted; rejects when a request fails, and when the cluster has a lower version than before.
 */
export async function proveComplete(watching: Watching, signal: AbortSignal): Promise<void> {
  const {cluster, state, clock} = watching
  const {workloads} = cluster
  while (!signal.aborted) {
    const startedAt = clock.now()
    const date = clock.date()
    const seen = new Map(workloadKinds.map((kind) => [kind, state.mirror.versionOf(kind) ?? 0n]))
    // The date of an answer is set when it is sent: the version of this list may be older, so the date counts for later lists.
    const {serverDate: provenAt} = await workloads.newest('Deployment', signal)
    const aims = await Promise.all(
      workloadKinds.map(async (kind) => [kind, (await workloads.newest(kind, signal)).version] as const),
    )
    if (aims.some(([kind, version]) => version < (seen.get(kind) ?? 0n))) throw behind(watching)
    await untilReached(watching, new Map(aims), signal)
    if (signal.aborted) return
    state.proof = {builtAt: provenAt ?? date, begunAt: startedAt, provenAt}
    state.trouble = undefined
    state.bell.ring()
    await clock.sleep(Math.max(0, startedAt + proofEveryMs - clock.now()), signal)
  }
}

async function untilReached(
  watching: Watching,
  aims: ReadonlyMap<WorkloadKind, bigint>,
  signal: AbortSignal,
): Promise<void> {
  const {state, clock} = watching
  const {mirror, bell} = state
  const lagging = () => workloadKinds.filter((kind) => (mirror.versionOf(kind) ?? 0n) < (aims.get(kind) ?? 0n))
  const until = clock.now() + patienceMs
  while (!signal.aborted && lagging().length > 0) {
    const rest = Math.ceil(until - clock.now())
    if (rest > 0) await bell.next(rest, signal)
    else {
      const kinds = lagging()
      say(
        watching,
        `listing ${kinds.map((kind) => `${kind}s`).join(', ')}: the server does not report its current version`,
      )
      await listKinds(watching, kinds, signal)
    }
  }
}

/** Versions only increase, unless the store was restored to an earlier state. */
function behind({state}: Watching): HubspokeError {
  state.mirror.forget()
  state.superseded = true
  return new HubspokeError(
    'conflict',
    'The cluster has a lower version than before: it was restored to an earlier state.',
  )
}
