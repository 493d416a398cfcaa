import {dirname} from 'node:path'
import {ledgerPath} from '../../ledger/ledger-directory.ts'
import {readBeginning, readLedger} from '../../ledger/read-ledger.ts'
import {onFailure} from '../../model/failure.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {runMark} from '../../model/run-id.ts'
import {exportSpans} from '../../traces/export-spans.ts'
import {createRunHistory} from '../../traces/run-history.ts'
import {runSpans} from '../../traces/run-spans.ts'
import {traceIdOf} from '../../traces/trace-ids.ts'
import {type TraceSettings, traceSettings} from '../../traces/trace-settings.ts'
import {ledgerFormats} from '../../verbs/ledger-formats.ts'
import type {Runtime} from '../process/runtime.ts'
import {exportWithinLimit} from './within-limit.ts'

/** The invocation that has just ended. */
export interface EndedRun {
  /** The path of its ledger. */
  readonly ledger: string
  readonly exitCode: number
  /** Of hubspoke. */
  readonly version: string
}

/**
 * Exports the trace of a run that has ended, if the environment asks for it. What cannot be exported is a warning on stderr and
 * never changes the verdict. Never rejects, and takes at most five seconds.
 */
export async function exportTraces(
  run: EndedRun,
  {env, clock, stderr}: Pick<Runtime, 'env' | 'clock' | 'stderr'>,
): Promise<void> {
  const settings = traceSettings(env)
  if (settings === 'off') return
  if ('problem' in settings) {
    stderr.write(`The trace was not exported: ${settings.problem}.\n`)
    return
  }
  const warning = await exportWithinLimit(
    {
      undone: `The trace was not exported to ${settings.endpoint.url.origin}`,
      async work(signal) {
        await exportSpans(await spansOf(run, settings), {settings, version: run.version}, signal)
      },
    },
    clock,
  )
  stderr.write(warning ?? '')
}

async function spansOf({ledger, exitCode}: EndedRun, {parent}: TraceSettings) {
  const history = createRunHistory()
  const recorded = await readLedger(ledger, ledgerFormats, history.add)
  const traceId = parent?.traceId ?? traceIdOf(await firstRunOf(recorded.run, dirname(ledger)))
  return runSpans({recorded, history, exitCode, traceId, parentSpanId: parent?.spanId})
}

/** The longest chain of retries that is followed. */
const maxRetries = 100

/** The id of the run that was retried first: all its retries are in one trace. */
async function firstRunOf(run: RecordedRun['run'], directory: string): Promise<string> {
  let [id, earlier] = [run?.id ?? '', run?.retryOf]
  for (let retries = 0; earlier !== undefined && retries < maxRetries; retries++) {
    // A ledger is a file, and what is no id in it could be a path to another one.
    if (runMark(earlier) === undefined) break
    id = earlier
    const beginning = await readBeginning(ledgerPath(directory, id), ledgerFormats).catch(onFailure(undefined))
    earlier = beginning?.retryOf
  }
  return id
}
