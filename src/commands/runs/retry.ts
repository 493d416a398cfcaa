import {Flags} from '@oclif/core'
import {confirmZeroFlag} from '../../cli/flags/confirm-flag.ts'
import {contextFlags, outputFlag, writeFlags} from '../../cli/flags/flags.ts'
import {agreeToRepeat} from '../../cli/past-runs/agree-to-repeat.ts'
import {keptOptions, keptWords} from '../../cli/past-runs/kept-options.ts'
import {findRetries, findRun, runIdArg} from '../../cli/past-runs/past-runs.ts'
import {concernedBy, nothingLeft, recordedSource, retryRequest} from '../../cli/past-runs/retry-request.ts'
import {runViews} from '../../cli/report-views.ts'
import {recordedSnapshots} from '../../cli/run/recorded-snapshots.ts'
import {requirePossible} from '../../cli/run/require-possible.ts'
import {runIdentity} from '../../cli/run/run-identity.ts'
import {runSettings} from '../../cli/run/run-settings.ts'
import {WritingCommand} from '../../cli/run/writing-command.ts'
import type {RunReport} from '../../model/report.ts'

const {kubeconfig, 'cache-namespace': cacheNamespace} = contextFlags
const {'run-id': _, ...retryWriteFlags} = writeFlags

export default class RunsRetry extends WritingCommand {
  static override summary = 'Retry the unfinished targets of a past run.'
  static override description =
    'Retries the targets in its ledger that are not in the desired state: failed, unverified, not run, or without a result ' +
    'because the run was killed. Every context must still point at the same cluster, and every name at the same ' +
    'workload. Targets that the run has already written are only watched. Targets that another client has changed since ' +
    'are left alone. All others are written, so that no target is written twice.'
  static override examples = [
    {description: 'After the cause is fixed', command: '<%= config.bin %> <%= command.id %> last'},
    {
      description: 'Only targets that were never started',
      command: '<%= config.bin %> <%= command.id %> 20261124-2 --not-run',
    },
    {
      description: 'See what would be retried',
      command: '<%= config.bin %> <%= command.id %> last --dry-run client',
    },
  ]
  static override args = {id: runIdArg}
  static override flags = {
    kubeconfig,
    'cache-namespace': cacheNamespace,
    failed: Flags.boolean({
      summary: 'Only targets that failed, are unverified, could not be acted on, or were started and did not end.',
      exclusive: ['not-run'],
      env: 'HUBSPOKE_FAILED',
      helpGroup: 'WORKLOADS',
    }),
    'not-run': Flags.boolean({
      summary: 'Only targets that were never started: no write was sent, and no attempt failed.',
      exclusive: ['failed'],
      env: 'HUBSPOKE_NOT_RUN',
      helpGroup: 'WORKLOADS',
    }),
    'repeat-started': Flags.boolean({
      summary: 'Do not ask before a command is run again for targets for which it had started (foreach).',
      helpGroup: 'SAFETY',
    }),
    ...retryWriteFlags,
    ...confirmZeroFlag,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {runtime} = this
    const {args} = await this.parse(RunsRetry)
    const found = await findRun(args.id, runtime, 'runs retry')
    const retriedBy = await findRetries(found.id, runtime)
    const kept = keptOptions(found.id, found.recorded)
    this.recorded = kept.level
    const {flags} = await this.parse(RunsRetry, [...this.typed])
    const options = keptWords(kept, this.resolved ?? {said: kept.level}, flags)
    const retry = retryRequest({...found, retriedBy, options, verbs: await runtime.loadVerbs()}, flags)
    requirePossible(flags, retry.verb, runtime)
    const run = {...runIdentity(undefined, runtime), mark: retry.mark}
    const settings = {...runSettings(flags), reason: retry.reason}
    await agreeToRepeat(retry, flags, runtime)
    if (retry.targets.length === 0) return this.tell(nothingLeft(retry, {run, settings}, runtime), flags)
    const start = {
      ...{run, verb: retry.verb, args: retry.args, settings, resumed: true, source: recordedSource(retry)},
      snapshots: recordedSnapshots(retry.targets),
      retryOf: {run: retry.retried, view: retry.view},
    }
    return this.carryOut(start, flags, {only: concernedBy(retry)})
  }
}
