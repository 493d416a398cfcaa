import {ledgerPath} from '../../ledger/ledger-directory.ts'
import {createLedger, type LedgerPlace} from '../../ledger/open-ledger.ts'
import {readBeginning} from '../../ledger/read-ledger.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Ledger} from '../../model/ledger.ts'
import type {RunIdentity} from './run-identity.ts'

/**
 * The ledger of a run: a new one, or that of an earlier invocation of the run that was named.
 *
 * @throws HubspokeError of class `usage` when it cannot be written, or when the named run marks its writes with another
 * stamp: what it has done would be done again
 */
export async function openRunLedger(
  {id, stamp, named}: RunIdentity,
  place: Pick<LedgerPlace, 'directory' | 'clock'>,
): Promise<Ledger> {
  const begun = named ? await readBeginning(ledgerPath(place.directory, id)) : undefined
  if (begun !== undefined && begun.stamp !== stamp) {
    throw new HubspokeError(
      'usage',
      `The run ${id} has taken up targets of another run, and bears the stamp of that one.`,
      {
        suggestions: [`hubspoke runs retry ${id}  to go on with it`],
      },
    )
  }
  return createLedger({...place, runId: id, mayContinue: named})
}
