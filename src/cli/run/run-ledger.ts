import {ledgerDirectory, ledgerPath} from '../../ledger/ledger-directory.ts'
import {createLedger, type LedgerPlace} from '../../ledger/open-ledger.ts'
import {readLedger} from '../../ledger/read-ledger.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Ledger} from '../../model/ledger.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {ledgerFormats} from '../../verbs/ledger-formats.ts'
import type {Runtime} from '../process/runtime.ts'
import type {RunIdentity} from './run-identity.ts'
import {type RunMeaning, requireSameMeaning} from './same-run.ts'

/**
 * The ledger of a run: a new one, or that of an earlier invocation of the run that was named.
 *
 * @throws HubspokeError of class `usage` when it cannot be written, or when it is the ledger of another run
 */
export async function openRunLedger(
  run: RunIdentity,
  asked: RunMeaning,
  {loadVerbs, ...place}: Pick<LedgerPlace, 'directory' | 'clock'> & Pick<Runtime, 'loadVerbs'>,
): Promise<Ledger> {
  // It was asked before the plan was made; another process may have begun under this id since.
  await readEarlier(run, asked, {directory: place.directory, loadVerbs})
  return createLedger({...place, runId: run.id, mayContinue: run.named})
}

/**
 * What earlier invocations of the run that was named have recorded; undefined where there is nothing.
 *
 * @throws HubspokeError of class `usage` when what they recorded cannot be read, when the id stands for another verb, image or selection, or when the named run
 * has another mark: what it has done would be done again
 */
export async function earlierInvocations(
  run: RunIdentity,
  asked: RunMeaning,
  runtime: Pick<Runtime, 'env' | 'homeDir' | 'loadVerbs'>,
): Promise<RecordedRun | undefined> {
  return readEarlier(run, asked, {directory: ledgerDirectory(runtime), loadVerbs: runtime.loadVerbs})
}

async function readEarlier(
  {id, mark, named}: RunIdentity,
  asked: RunMeaning,
  {directory, loadVerbs}: {readonly directory: string} & Pick<Runtime, 'loadVerbs'>,
): Promise<RecordedRun | undefined> {
  if (!named) return undefined
  const recorded = await readLedger(ledgerPath(directory, id), ledgerFormats).catch((error) => {
    if (error instanceof HubspokeError && error.failureClass === 'not-found') return undefined
    throw error
  })
  if (recorded === undefined) return undefined
  const {run, invocations, targets, damagedLines, isOfNewerVersion} = recorded
  // An empty ledger is of a run that was killed before it began.
  if (isOfNewerVersion || (run === undefined && (targets.length > 0 || damagedLines > 0))) {
    const because = isOfNewerVersion ? ', which a newer version of hubspoke wrote' : ''
    throw otherRun(
      `What the run ${id} was to do cannot be read in its ledger${because}, so nothing can be added to it.`,
      [`hubspoke runs show ${id}`],
    )
  }
  if (run?.retryOf !== undefined || (run !== undefined && run.mark !== mark)) {
    throw otherRun(`The run ${id} retries targets of another run.`, [`hubspoke runs retry ${id}  to continue it`])
  }
  requireSameMeaning(id, invocations, asked, await loadVerbs())
  return recorded
}

function otherRun(message: string, suggestions: readonly string[]): HubspokeError {
  return new HubspokeError('usage', `${message} Nothing was written.`, {suggestions})
}
