import {HubspokeError} from '../model/failure.ts'
import {isReconciling, mayPutBackLater, ownerName} from '../model/owner.ts'
import type {Settled, Watch} from '../model/spoke.ts'
import type {WorkloadState} from '../model/workload.ts'
import type {WorkloadTarget} from '../model/workload-target.ts'
import {formatDuration} from '../shared/duration.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {kubectlName} from './kubectl-command.ts'
import type {ChangeKind, Rollout, RolloutStart} from './rollout.ts'
import type {Sightings} from './sightings.ts'

/** A controller that watches an object acts within seconds, if it acts before its next interval. */
const postRolloutWatchMs = 10_000

/** May its owner still change it back? */
export function mayBeTakenBack({owner}: RolloutStart): boolean {
  return owner !== undefined && isReconciling(owner)
}

/**
 * Watches a target for ten seconds after its rollout. When that watch ends early, because the run stops or the watch
 * fails, the result does not change: the rollout was observed to its end.
 */
export async function watchAfterRollout(
  rollout: Rollout,
  end: Settled,
  seen: Sightings,
  watch: Watch,
): Promise<Settled> {
  const {clock, from} = rollout
  const until = clock.now() + postRolloutWatchMs
  if (from.owner)
    watch.onProgress(`watched ${formatDuration(postRolloutWatchMs)} longer: ${ownerName(from.owner)} owns it`)
  try {
    while (!rollout.isTakenBack(seen.state)) {
      const leftMs = until - clock.now()
      if (leftMs <= 0 || (await seen.next(leftMs)) !== 'seen') return withOutlook(end, from)
    }
    return takenBack(rollout.target, from, seen.state, rollout.kind)
  } catch (error) {
    if (!(error instanceof HubspokeError || watch.signal.aborted)) throw error
    return withOutlook(end, from)
  }
}

/** A tool that compares every few minutes acts after those ten seconds. */
function withOutlook(end: Settled, {owner}: RolloutStart): Settled {
  if (owner === undefined || !mayPutBackLater(owner)) return end
  return {...end, reason: `${end.reason}; ${ownerName(owner)} may put it back later`}
}

/** The end of a target that is not as it was written any more. */
export function takenBack(target: WorkloadTarget, from: RolloutStart, now: WorkloadState, kind?: ChangeKind): Settled {
  const what = kind?.takenBack(now) ?? 'its pod template was changed back'
  const message = `${what} by ${whoChanged(from, now)}`
  const suggestions = [kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml', '--show-managed-fields')]
  return {outcome: 'failed', reason: message, failure: {class: 'reverted', message, suggestions}}
}

/** The field manager whose note is new since the write, and the owner; a manager that only removed something has no note. */
function whoChanged(from: RolloutStart, {templateWriters, owner = from.owner}: WorkloadState): string {
  const isKnown = ({manager, at}: WorkloadState['templateWriters'][number]) =>
    from.templateWriters.some((writer) => writer.manager === manager && writer.at === at)
  const [newest] = templateWriters.filter((writer) => !isKnown(writer)).sort((a, b) => b.at.localeCompare(a.at))
  const names = [...(newest ? [`"${newest.manager}"`] : []), ...(owner ? [ownerName(owner)] : [])]
  const [first = 'another client', second] = names
  return second === undefined ? first : `${first} (${second})`
}
