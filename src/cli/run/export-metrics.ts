import type {Gateway} from '../../metrics/gateway.ts'
import {type LastRun, lastRunText, secondsOf} from '../../metrics/last-run.ts'
import {recordedSuccess, writeMetricsFile} from '../../metrics/metrics-file.ts'
import {pushMetrics} from '../../metrics/push-metrics.ts'
import type {RunTotals} from '../../metrics/run-tally.ts'
import {exitCodes} from '../../model/exit-code.ts'
import {toFailure} from '../../model/failure.ts'
import type {Clock} from '../../shared/clock.ts'
import {formatDuration} from '../../shared/duration.ts'
import {printable} from '../../shared/printable.ts'
import {untilStopped} from '../../shared/until-stopped.ts'
import type {MetricsTargets} from '../flags/metrics-flags.ts'
import type {Runtime} from '../process/runtime.ts'

/** Time limit, in milliseconds: a file system or a gateway that does not answer must not keep a command from ending. */
const limitMs = 5_000

interface Export {
  /** A part of a sentence. */
  readonly done: string
  work(signal: AbortSignal): Promise<void>
}

/**
 * Exports the metrics of a command that has ended. What cannot be exported is a warning on stderr and never changes the verdict.
 * Never rejects, and takes at most five seconds.
 */
export async function exportMetrics(
  {name, file, gateway}: MetricsTargets & {readonly name: string},
  {exitCode, totals}: {readonly exitCode: number; readonly totals: RunTotals},
  {clock, random, stderr}: Pick<Runtime, 'clock' | 'random' | 'stderr'>,
): Promise<void> {
  const endedAt = clock.date()
  const succeededAt = exitCode === exitCodes.ok.code ? secondsOf(endedAt) : undefined
  const run: LastRun = {...totals, name, endedAt, exitCode, succeededAt}
  const unique = Math.floor(random() * 2 ** 48).toString(16)
  const toFile = (path: string): Export => ({
    done: `written to ${printable(path)}`,
    async work() {
      const kept = succeededAt ?? (await recordedSuccess(path, name, clock))
      await writeMetricsFile(path, await lastRunText({...run, succeededAt: kept}), unique)
    },
  })
  const toGateway = (to: Gateway): Export => ({
    done: `pushed to ${to.url.origin}`,
    async work(signal) {
      // After a failure, when an earlier run succeeded must remain.
      const replaces = succeededAt === undefined ? 'these' : 'all'
      await pushMetrics({gateway: to, name, text: await lastRunText(run), replaces}, signal)
    },
  })
  const exports = [
    ...(file === undefined ? [] : [toFile(file)]),
    ...(gateway === undefined ? [] : [toGateway(gateway)]),
  ]
  const warnings = await Promise.all(exports.map((one) => warningOf(one, clock)))
  stderr.write(warnings.flatMap((warning) => warning ?? []).join(''))
}

/** Undefined: it was exported. */
async function warningOf({done, work}: Export, clock: Pick<Clock, 'sleep'>): Promise<string | undefined> {
  const ended = new AbortController()
  const over = new AbortController()
  void clock.sleep(limitMs, ended.signal).then(() => ended.signal.aborted || over.abort())
  try {
    const isDone = await untilStopped(
      work(over.signal).then(() => true),
      over.signal,
    )
    return isDone ? undefined : `The metrics were not ${done} within ${formatDuration(limitMs)}.\n`
  } catch (error) {
    return `${printable(toFailure(error).message)}\n`
  } finally {
    ended.abort()
  }
}
