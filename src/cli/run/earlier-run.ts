import {ledgerDirectory, ledgerPath} from '../../ledger/ledger-directory.ts'
import {readLedger} from '../../ledger/read-ledger.ts'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {ledgerFormats} from '../../verbs/ledger-formats.ts'
import type {EarlierRun} from '../../verbs/verb.ts'
import type {Runtime} from '../process/runtime.ts'

/** Reads an earlier run from its ledger on this machine. Rejects with a `HubspokeError` of class `usage` where it cannot. */
export async function earlierRun(
  id: string,
  runtime: Pick<Runtime, 'env' | 'homeDir' | 'loadVerbs'>,
): Promise<EarlierRun> {
  const {run, targets} = await readLedger(ledgerPath(ledgerDirectory(runtime), id), ledgerFormats)
  const verb = run && (await runtime.loadVerbs()).get(run.verb)
  if (run === undefined || verb === undefined) {
    throw new HubspokeError('usage', `The verb of the run ${printable(id)} cannot be read in its ledger.`, {
      suggestions: [`hubspoke runs show ${id}`],
    })
  }
  const {args, mark} = run
  return {verb, args, mark, targets: new Map(targets.map((target) => [target.target.key, target]))}
}
