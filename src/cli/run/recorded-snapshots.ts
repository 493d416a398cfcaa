import type {RecordedTarget} from '../../model/recorded-run.ts'
import type {Snapshot} from '../../model/snapshot.ts'

/** The states before the writes of past invocations, by key of the target. */
export function recordedSnapshots(targets: readonly RecordedTarget[]): ReadonlyMap<string, Snapshot> {
  return new Map(
    targets.flatMap(({target, snapshot}) => (snapshot === undefined ? [] : [[target.key, snapshot] as const])),
  )
}
