import type {Discovery} from './discovery.ts'
import type {Planned} from './planned.ts'

/** Where the targets of a run come from: an image query, the ledger of an earlier run, a targets file. */
export interface Source {
  /** Reads all places at once. Never rejects because of one of them: a place that cannot be read is a reading with a problem. */
  find(): Promise<Discovery>
  /** The targets of what was read. */
  plan(discovery: Discovery): Planned
}
