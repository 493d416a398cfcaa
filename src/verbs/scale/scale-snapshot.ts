import type {Snapshot} from '../../model/snapshot.ts'

/** What a write of this run replaced, and what it wrote: a later attempt writes the same number and never computes another. */
export interface ScaleSnapshot {
  readonly before: number
  readonly wanted: number
}

/** For the ledger, before the write is sent. */
export function takeScaleSnapshot({before, wanted}: ScaleSnapshot): Snapshot {
  return {replicas: `${before}`, wanted: `${wanted}`}
}

/** The same, from a ledger; undefined: nothing was ever about to be written. */
export function readScaleSnapshot(snapshot: Snapshot | undefined): ScaleSnapshot | undefined {
  const [before, wanted] = [countOf(snapshot?.replicas), countOf(snapshot?.wanted)]
  return before === undefined || wanted === undefined ? undefined : {before, wanted}
}

function countOf(text: string | null | undefined): number | undefined {
  return text !== undefined && text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
