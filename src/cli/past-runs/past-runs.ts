import {Args} from '@oclif/core'
import {ledgerDirectory, ledgerPath} from '../../ledger/ledger-directory.ts'
import {listLedgers} from '../../ledger/list-ledgers.ts'
import {readBeginning, readLedger} from '../../ledger/read-ledger.ts'
import {HubspokeError, onFailure, toFailure} from '../../model/failure.ts'
import type {RunsReport} from '../../model/past-runs-report.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {nearNames} from '../../shared/near-names.ts'
import {printable} from '../../shared/printable.ts'
import {quoted} from '../../shared/problem.ts'
import {listedRun, summarizeRuns} from '../../summary/summarize-ledgers.ts'
import {ledgerFormats} from '../../verbs/ledger-formats.ts'
import type {Runtime} from '../process/runtime.ts'
import {disagreements} from '../run/same-run.ts'

const suggested = 3

/** ID of a past run. */
export const runIdArg = Args.string({
  name: 'ID',
  required: true,
  ignoreStdin: true,
  description: 'ID of the run, or its unique beginning, or "last".',
})

/** Every run that left a ledger on this machine; a ledger that cannot be read hides no other. */
export async function listRuns(runtime: Pick<Runtime, 'env' | 'homeDir' | 'loadVerbs'>): Promise<RunsReport> {
  const directory = ledgerDirectory(runtime)
  const verbs = await runtime.loadVerbs()
  const runs: ReturnType<typeof listedRun>[] = []
  const notRead: RunsReport['notRead'][number][] = []
  for (const id of await listLedgers(directory)) {
    try {
      const recorded = await readRun(directory, id)
      runs.push(listedRun(id, recorded, {conflicts: disagreements(recorded, verbs)}))
    } catch (error) {
      const problem = toFailure(error)
      // It went away since the directory was read.
      if (problem.class !== 'not-found') notRead.push({id, problem})
    }
  }
  return summarizeRuns({directory, runs, notRead})
}

/**
 * The run with this id, or with the only one that begins so; `last` is the newest.
 *
 * @param command what is said again with another id
 * @throws HubspokeError of class `usage` when it is none or several, with the ids that may have been meant
 */
export async function findRun(
  wanted: string,
  runtime: Pick<Runtime, 'env' | 'homeDir'>,
  command: 'runs show' | 'runs retry' | 'undo --run',
): Promise<{readonly id: string; readonly recorded: RecordedRun}> {
  const directory = ledgerDirectory(runtime)
  const ids = await listLedgers(directory)
  const [id, ...others] = wanted === 'last' ? await newestOf(ids, directory) : startingWith(wanted, ids)
  if (id === undefined) throw unknownRun(wanted, ids, {directory, command})
  if (others.length > 0) throw severalRuns(wanted, [id, ...others], command)
  return {id, recorded: await readRun(directory, id)}
}

/** The runs that retried targets of this one, oldest first. */
export async function findRetries(id: string, runtime: Pick<Runtime, 'env' | 'homeDir'>): Promise<readonly string[]> {
  const directory = ledgerDirectory(runtime)
  const retries: {readonly id: string; readonly at: string}[] = []
  const isLater = (other: string) => other !== id && secondOf(other) >= secondOf(id)
  for (const other of (await listLedgers(directory)).filter(isLater)) {
    const begun = await beginningOf(ledgerPath(directory, other))
    if (begun?.retryOf === id) retries.push({id: other, at: begun.at})
  }
  return retries.sort((a, b) => (a.at < b.at ? -1 : 1)).map((retry) => retry.id)
}

/** Undefined, too, where the ledger cannot be read: it is listed as such elsewhere. */
async function beginningOf(path: string): Promise<RecordedRun['run']> {
  return readBeginning(path, ledgerFormats).catch(onFailure(undefined))
}

const startingWith = (wanted: string, ids: readonly string[]) =>
  wanted === '' ? [] : ids.filter((id) => id.startsWith(wanted))

const secondOf = (id: string) => id.slice(0, id.lastIndexOf('-'))

/**
 * The newest run; one that was killed before anything was recorded, only if there is no other. Ids tell seconds; of runs that
 * began in the same one, their ledgers tell which was later.
 */
async function newestOf(ids: readonly string[], directory: string): Promise<readonly string[]> {
  for (const sameSecond of Map.groupBy(ids, secondOf).values()) {
    const runs = await Promise.all(sameSecond.map(async (id) => ({id, recorded: await readRun(directory, id)})))
    const [newest] = runs
      .filter(({recorded}) => hasBegun(recorded))
      .sort((a, b) => ((a.recorded.run?.at ?? '') < (b.recorded.run?.at ?? '') ? 1 : -1))
    if (newest !== undefined) return [newest.id]
  }
  return ids.slice(0, 1)
}

/** Half of the first line is what a run leaves that was killed in it; more that cannot be read may be anything. */
const hasBegun = ({run, targets, damagedLines, isOfNewerVersion}: RecordedRun) =>
  run !== undefined || isOfNewerVersion || targets.length > 0 || damagedLines > 1

async function readRun(directory: string, id: string): Promise<RecordedRun> {
  const recorded = await readLedger(ledgerPath(directory, id), ledgerFormats)
  // The id is what makes a second invocation the same run: that of a file which was renamed would restart everything again.
  if (recorded.run !== undefined && recorded.run.id !== id) {
    throw new HubspokeError(
      'usage',
      `The ledger ${printable(recorded.path)} is of another run than it is named after: ${quoted(recorded.run.id)}.`,
    )
  }
  return recorded
}

/** Words for the newest run. */
const newestWords = /^(last|latest|newest)$/i

/** @throws HubspokeError of class `usage` for an image that is the name of a run: it is valid, but nothing runs it. */
export function refuseRun(image: string): void {
  if (!newestWords.test(image) && !/^\d{8}-[\da-z-]*$/.test(image)) return
  const run = newestWords.test(image) ? 'last' : image
  throw new HubspokeError('usage', `${quoted(image)} names a run, and IMAGE names an image.`, {
    suggestions: [`hubspoke undo --run ${run}`, `hubspoke undo docker.io/library/${image}  for an image of this name`],
  })
}

function unknownRun(
  wanted: string,
  ids: readonly string[],
  {directory, command}: {readonly directory: string; readonly command: string},
): HubspokeError {
  if (ids.length === 0) return new HubspokeError('usage', `No run has left a ledger in ${printable(directory)}.`)
  const near = newestWords.test(wanted) ? ['last'] : nearNames(wanted, ['last', ...ids])
  return new HubspokeError('usage', `There is no run ${quoted(wanted)}.`, {
    suggestions: withEach(near.length > 0 ? near : ids, command),
  })
}

function severalRuns(wanted: string, ids: readonly string[], command: string): HubspokeError {
  return new HubspokeError('usage', `${ids.length} runs begin with ${quoted(wanted)}.`, {
    suggestions: withEach(ids, command),
  })
}

export const showCommand = (id: string) => `hubspoke runs show ${id}`

const withEach = (ids: readonly string[], command: string) =>
  ids.slice(0, suggested).map((id) => `hubspoke ${command} ${id}`)
