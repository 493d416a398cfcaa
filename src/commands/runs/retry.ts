import {Flags} from '@oclif/core'
import {BaseCommand} from '../../cli/base-command.ts'
import {agreeToPlan} from '../../cli/consent/agree-to-plan.ts'
import {requireSomebodyToAsk} from '../../cli/consent/consent.ts'
import {contextFlags, outputFlag, writeFlags} from '../../cli/flags/flags.ts'
import {findRetries, findRun, foundBefore, runIdArg} from '../../cli/past-runs/past-runs.ts'
import {concernedBy, nothingLeft, recallRequest, retryRequest} from '../../cli/past-runs/retry-request.ts'
import {operatorWords} from '../../cli/process/operator.ts'
import {hubDeps} from '../../cli/run/hub-deps.ts'
import {hearLastWords} from '../../cli/run/last-words.ts'
import {lockPolicy} from '../../cli/run/lock-policy.ts'
import {runIdentity} from '../../cli/run/run-identity.ts'
import {argumentsEntry, runRequest} from '../../cli/run/run-request.ts'
import {requirePossibleUndo} from '../../cli/run/undo-request.ts'
import {requirePossibleWaves, waveGate} from '../../cli/run/wave-request.ts'
import {writeAnnouncer} from '../../cli/run/write-announcer.ts'
import {runHub} from '../../hub/run-hub.ts'
import type {RunReport} from '../../model/report.ts'
import {renderNames} from '../../summary/documents.ts'
import {renderJunit} from '../../summary/junit.ts'

const {kubeconfig, 'cache-namespace': cacheNamespace} = contextFlags
const {'run-id': _, ...retryWriteFlags} = writeFlags

export default class RunsRetry extends BaseCommand {
  static override summary = 'Take up again what a past run left open, and nothing else.'
  static override description =
    'The targets are those of its ledger that are not as wanted: failed, unverified, not run, or without a result ' +
    'because the run was killed. Every context must still lead to the same cluster, and every name to the same ' +
    'workload. It has the stamp of the run that it takes up: what that one has written is only watched, what somebody ' +
    'restarted later is left alone, and the rest is written, so that everything is done exactly once.'
  static override examples = [
    {description: 'After the cause is mended', command: '<%= config.bin %> <%= command.id %> last'},
    {description: 'Only what was never begun', command: '<%= config.bin %> <%= command.id %> 20261124-2 --not-run'},
    {
      description: 'What would be taken up?',
      command: '<%= config.bin %> <%= command.id %> last --dry-run client',
    },
  ]
  static override args = {id: runIdArg}
  static override flags = {
    kubeconfig,
    'cache-namespace': cacheNamespace,
    failed: Flags.boolean({
      summary: 'Only what failed, is unverified, could not be acted on, or was begun and not ended.',
      exclusive: ['not-run'],
      env: 'HUBSPOKE_FAILED',
      helpGroup: 'WORKLOADS',
    }),
    'not-run': Flags.boolean({
      summary: 'Only what was never begun: no write was sent, and no try failed.',
      exclusive: ['failed'],
      env: 'HUBSPOKE_NOT_RUN',
      helpGroup: 'WORKLOADS',
    }),
    ...retryWriteFlags,
    output: outputFlag(['table', 'wide', 'json', 'yaml', 'name', 'junit']),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(RunsRetry)
    const {runtime} = this
    requirePossibleWaves(flags, runtime)
    const found = await findRun(args.id, runtime)
    const retriedBy = await findRetries(found.id, runtime)
    const retry = retryRequest({...found, retriedBy}, flags)
    requirePossibleUndo(flags, retry.verb, retry.name)
    const run = {...runIdentity(undefined, runtime), stamp: retry.stamp}
    const recorded = {...retry.arguments, ...argumentsEntry(retry.arguments.image, flags)}
    const views = {
      table: async () => (await import('../../summary/run-table.ts')).renderRunTable,
      name: renderNames,
      junit: renderJunit,
    }
    if (retry.targets.length === 0) {
      return this.conclude(nothingLeft(retry, {run, arguments: recorded, flags}, runtime), flags, views)
    }
    if (!flags['dry-run']) requireSomebodyToAsk(flags.yes, runtime)
    const lastWords = hearLastWords(flags, runtime)
    const report = await this.reaching(flags, {writes: true, only: concernedBy(retry)}, (clusters, session) => {
      const announcer = writeAnnouncer(runtime, clusters, session)
      const before = foundBefore(retry.targets)
      const made = {run, resumed: true, before, flags, clusters, clock: runtime.clock, lastWords}
      const spoke = retry.verb.spoke(retry.arguments, {...made, by: operatorWords(runtime), announcer})
      const {image} = retry.arguments
      const subject = {
        ...{verb: spoke.verb, image, restartedAt: run.stamp, retry: retry.view, reason: retry.reason},
        undoFailed: flags['undo-failed'],
      }
      const composition = {
        run,
        discovery: recallRequest(retry, clusters.selected),
        needs: retry.verb.needs,
        strict: flags.preflight === 'strict',
        lock: lockPolicy(run, spoke.verb, flags, runtime),
        agree: agreeToPlan(subject, flags, {runtime, clusters, session}),
        gate: waveGate(flags, runtime, session),
      }
      const taken = {retryOf: retry.retried, reason: retry.reason, before}
      const request = {...runRequest(run, spoke, recorded, flags), ...taken}
      return runHub(request, hubDeps(composition, runtime, clusters, session)).finally(announcer.settled)
    })
    return this.conclude(lastWords.conclude(report), flags, views)
  }
}
