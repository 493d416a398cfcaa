import type {LedgerRecord} from '../model/ledger.ts'

/** What happened to one target between its plan and its result. */
export type SpokeEvent = Extract<
  LedgerRecord,
  {readonly type: 'written' | 'watching' | 'retrying' | 'undoing' | 'undone'}
>

/** When things happened in the last invocation of a run, as far as its ledger tells. */
export interface RunHistory {
  /** The keys of the targets that it planned. */
  readonly planned: ReadonlySet<string>
  /** The start of each wave, RFC 3339, by its number. */
  readonly waves: ReadonlyMap<number, string>
  /** By key of the target, in order. */
  readonly events: ReadonlyMap<string, readonly SpokeEvent[]>
}

/** Collects the history from the records of a ledger. */
export function createRunHistory(): RunHistory & {add(record: LedgerRecord): void} {
  const planned = new Set<string>()
  const waves = new Map<number, string>()
  const events = new Map<string, SpokeEvent[]>()
  return {
    planned,
    waves,
    events,
    add(record) {
      switch (record.type) {
        case 'run':
          for (const each of [planned, waves, events]) each.clear()
          break
        case 'planned':
          planned.add(record.target.key)
          events.set(record.target.key, [])
          break
        case 'wave-started':
          waves.set(record.wave, record.at)
          break
        case 'written':
        case 'watching':
        case 'retrying':
        case 'undoing':
        case 'undone':
          events.get(record.target)?.push(record)
      }
    },
  }
}
