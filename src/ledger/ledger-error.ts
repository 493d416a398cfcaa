import {dirname} from 'node:path'
import {HubspokeError} from '../model/failure.ts'
import {printable} from '../shared/printable.ts'

/** A ledger that cannot be written is a matter of this machine's configuration, and never a bug. */
export function ledgerNotWritable(path: string, problem: string): HubspokeError {
  return new HubspokeError('usage', `Cannot write the ledger ${printable(path)}: ${problem}.`, {
    suggestions: [
      `df -h ${printable(dirname(path))}`,
      'XDG_STATE_HOME=DIRECTORY hubspoke …  to keep ledgers elsewhere',
    ],
  })
}
