import type {ClusterLock} from '../../../lease/cluster-lock.ts'
import {within} from '../../../lease/within.ts'
import {type FailureClass, HubspokeError} from '../../../model/failure.ts'
import {countOf} from '../../../shared/words.ts'
import {type NotSaved, saveImageCache} from '../save-image-cache.ts'
import {say, type Watching, type WatchState} from './watch-state.ts'

/** The shortest time between the end of one write and the start of the next. */
const betweenWritesMs = 1_000
/** The time limit of a write. */
const writeMs = 30_000
const longestWaitMs = 60_000

/**
 * Writes changes, at once or a second after the previous write, and proofs. Ends when the signal is aborted, after a last
 * write if the watch is stopping; when the Lease is lost; and when another client has saved a newer cache.
 * Rejects when a write fails.
 */
export async function keepSaving(
  watching: Watching,
  lock: ClusterLock | undefined,
  signal: AbortSignal,
): Promise<void> {
  const {state, stop} = watching
  for (;;) {
    while (!signal.aborted && !isDue(state)) await state.bell.next(longestWaitMs, signal)
    await untilMayWrite(watching, signal)
    if (signal.aborted) break
    if (!(await save(watching, lock))) return
  }
  if (stop.aborted && isDue(state)) await saveLast(watching, lock)
}

async function untilMayWrite({state, clock}: Watching, signal?: AbortSignal): Promise<void> {
  const rest = state.mayWriteAt - clock.now()
  if (rest > 0) await clock.sleep(rest, signal)
}

function isDue({mirror, saved, proof}: WatchState): boolean {
  if (!mirror.isWhole()) return false
  return saved === undefined || saved.changes !== mirror.changes() || saved.provenAt !== proof?.provenAt
}

/** Its failure is not waited for: it is in the report. */
async function saveLast(watching: Watching, lock: ClusterLock | undefined): Promise<void> {
  try {
    await untilMayWrite(watching)
    await save(watching, lock)
  } catch (error) {
    if (!(error instanceof HubspokeError)) throw error
    watching.state.trouble = error.toFailure()
  }
}

/** False: this watch must not write any more, or must first read what another client has written. */
async function save(watching: Watching, lock: ClusterLock | undefined): Promise<boolean> {
  const {cluster, clusterUid, namespace, state, clock} = watching
  if (lock && !(await lock.holds())) return false
  const changes = state.mirror.changes()
  const {builtAt = clock.date(), provenAt} = state.proof ?? {}
  const cache = state.mirror.toCache({
    clusterUid,
    builtAt,
    ...(provenAt && {provenAt}),
    ...(state.lastList && {lastList: state.lastList}),
  })
  const limit = {ms: writeMs, sentence: 'The image cache could not be written in time.', clock}
  const saved = await within(limit, (limited) =>
    saveImageCache(cluster.configMaps, namespace, cache, {clock, signal: limited, distrusted: state.distrusted}),
  ).finally(() => {
    state.mayWriteAt = clock.now() + betweenWritesMs
  })
  if (!saved.isSaved) {
    if (saved.why !== 'newer-there') throw notSaved(saved)
    state.superseded = true
    return false
  }
  tellWritten(watching, changes - (state.saved?.changes ?? changes))
  state.saved = {changes, provenAt}
  state.size = saved
  state.trouble = undefined
  state.writes++
  return true
}

function tellWritten(watching: Watching, changes: number): void {
  const {state} = watching
  if (state.saved === undefined) say(watching, 'the image cache was written')
  else if (changes > 0) say(watching, `${countOf(changes, 'change')} written`)
  state.changes += changes
}

const failureClasses: Readonly<Partial<Record<NotSaved, FailureClass>>> = {
  'no-namespace': 'not-found',
  forbidden: 'forbidden',
  contended: 'conflict',
}

function notSaved({why, reason}: {readonly why: NotSaved; readonly reason: string}): HubspokeError {
  return new HubspokeError(failureClasses[why] ?? 'rejected', reason)
}
