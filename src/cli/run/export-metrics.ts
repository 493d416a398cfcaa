import type {Endpoint} from '../../export/endpoint.ts'
import {type LastRun, lastRunText, secondsOf} from '../../metrics/last-run.ts'
import {recordedSuccess, writeMetricsFile} from '../../metrics/metrics-file.ts'
import {pushMetrics} from '../../metrics/push-metrics.ts'
import type {RunTotals} from '../../metrics/run-tally.ts'
import {exitCodes} from '../../model/exit-code.ts'
import {printable} from '../../shared/printable.ts'
import type {MetricsTargets} from '../flags/metrics-flags.ts'
import type {Runtime} from '../process/runtime.ts'
import {type Export, exportWithinLimit} from './within-limit.ts'

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
    undone: `The metrics were not written to ${printable(path)}`,
    async work() {
      const kept = succeededAt ?? (await recordedSuccess(path, name, clock))
      await writeMetricsFile(path, await lastRunText({...run, succeededAt: kept}), unique)
    },
  })
  const toGateway = (to: Endpoint): Export => ({
    undone: `The metrics were not pushed to ${to.url.origin}`,
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
  const warnings = await Promise.all(exports.map((one) => exportWithinLimit(one, clock)))
  stderr.write(warnings.flatMap((warning) => warning ?? []).join(''))
}
