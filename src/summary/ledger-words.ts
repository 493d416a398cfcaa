import type {LedgerCounts, RecordedTargetEntry} from '../model/past-runs-report.ts'

/** The states without a result, in the order in which they are shown: the least certain first. */
export const openStates = ['writing', 'retrying', 'written', 'watching', 'planned'] as const

/** What the last record of a target without a result means. A ledger with damaged lines may lack later records. */
export function stateSentence(
  {state, wrote, reason}: Pick<RecordedTargetEntry, 'state' | 'wrote' | 'reason'>,
  {damagedLines}: {readonly damagedLines: number},
): string {
  const known = {
    no:
      damagedLines === 0
        ? 'No write was announced, so none was sent.'
        : 'No write was announced in the readable part of the ledger.',
    maybe: 'A write was announced; whether it arrived is not known.',
    yes: 'It was written; how its rollout ended is not known.',
  }
  if (state === 'watching')
    return 'It had been written before this run, which only watched it; how its rollout ended is not known.'
  if (state === 'retrying')
    return `${wrote === 'no' ? noneArrived(damagedLines) : known[wrote]} Its last try failed: ${reason}`
  if (state !== 'planned' || wrote === 'no') return known[wrote]
  return wrote === 'maybe'
    ? 'An earlier invocation of this run announced a write; whether it arrived is not known, and it was not read again.'
    : 'An earlier invocation of this run has written it, and it was not read again.'
}

/** A write that was refused was announced, too. */
function noneArrived(damagedLines: number): string {
  return damagedLines === 0
    ? 'No write has arrived.'
    : 'No write has arrived, according to the readable part of the ledger.'
}

/** `1 writing` and `2 planned`: the states in which there are any. */
export function openCounts(counts: LedgerCounts): readonly string[] {
  return openStates.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`)
}

/** An RFC 3339 time for people: `2026-11-24 20:00:05 UTC`. */
export function timeOf(timestamp: string): string {
  return `${timestamp.slice(0, 19).replace('T', ' ')} UTC`
}
