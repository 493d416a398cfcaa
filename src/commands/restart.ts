import {BaseCommand} from '../cli/base-command.ts'
import {agreeToPlan} from '../cli/consent/agree-to-plan.ts'
import {requireSomebodyToAsk} from '../cli/consent/consent.ts'
import {saidReason} from '../cli/consent/reason.ts'
import {contextFlags, outputFlag, workloadFlags, writeFlags} from '../cli/flags/flags.ts'
import {foundBeforeBy} from '../cli/past-runs/past-runs.ts'
import {operatorWords} from '../cli/process/operator.ts'
import {discoveryRequest} from '../cli/run/discovery-request.ts'
import {hubDeps} from '../cli/run/hub-deps.ts'
import {imageArg, imageQueryOf} from '../cli/run/image-query.ts'
import {hearLastWords} from '../cli/run/last-words.ts'
import {lockPolicy} from '../cli/run/lock-policy.ts'
import {runIdentity} from '../cli/run/run-identity.ts'
import {argumentsEntry, runRequest} from '../cli/run/run-request.ts'
import {requirePossibleUndo} from '../cli/run/undo-request.ts'
import {verbs} from '../cli/run/verbs.ts'
import {requirePossibleWaves, waveGate} from '../cli/run/wave-request.ts'
import {writeAnnouncer} from '../cli/run/write-announcer.ts'
import {runHub} from '../hub/run-hub.ts'
import type {RunReport} from '../model/report.ts'
import {renderNames} from '../summary/documents.ts'
import {renderJunit} from '../summary/junit.ts'

export default class Restart extends BaseCommand {
  static override summary = 'Restart every workload that runs an image, in every selected cluster.'
  static override description =
    'Finds the workloads, shows the plan, asks, restarts them in parallel as "kubectl rollout restart" does, and ' +
    'watches each to its end. One that fails never stops another. The exit code is 0 only when every one of them is ' +
    'as wanted.'
  static override examples = [
    {
      description: 'See what would restart',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web --all-contexts --dry-run client',
    },
    {
      description: 'Two at a time',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "eu-*" --concurrency 2',
    },
    {
      description: 'One first, then a tenth, half and all, each after five healthy minutes',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" --waves 1,10%,50%,100% --pause 5m',
    },
    {
      description: 'So that the next person knows why',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" --reason "memory leak, INC-42"',
    },
    {
      description: 'From cron: no questions, a document for machines',
      command: '<%= config.bin %> <%= command.id %> ghcr.io/acme/web -c "prod-*" --yes -o json',
    },
  ]
  static override args = {image: imageArg}
  static override flags = {
    ...contextFlags,
    ...workloadFlags,
    ...writeFlags,
    output: outputFlag(['table', 'wide', 'json', 'yaml', 'name', 'junit']),
  }

  async run(): Promise<RunReport> {
    const {args, flags} = await this.parse(Restart)
    const {runtime} = this
    const query = imageQueryOf(args.image)
    const run = runIdentity(flags['run-id'], runtime)
    requirePossibleWaves(flags, runtime)
    requirePossibleUndo(flags, verbs.restart, 'restart')
    if (!flags['dry-run']) requireSomebodyToAsk(flags.yes, runtime)
    const before = await foundBeforeBy(run, runtime)
    const lastWords = hearLastWords(flags, runtime)
    const report = await this.reaching(flags, {writes: true}, (clusters, session) => {
      const announcer = writeAnnouncer(runtime, clusters, session)
      const made = {run, resumed: run.named, before, flags, clusters, clock: runtime.clock, lastWords}
      const story = {by: operatorWords(runtime), announcer}
      const spoke = verbs.restart.spoke({image: args.image}, {...made, ...story})
      const subject = {
        verb: spoke.verb,
        image: query.text,
        restartedAt: run.stamp,
        contextsFrom: this.contextsFrom(),
        reason: saidReason(flags),
        undoFailed: flags['undo-failed'],
      }
      const composition = {
        run,
        discovery: discoveryRequest(query, flags, clusters, true),
        needs: verbs.restart.needs,
        strict: flags.preflight === 'strict',
        lock: lockPolicy(run, spoke.verb, flags, runtime),
        agree: agreeToPlan(subject, flags, {runtime, clusters, session}),
        gate: waveGate(flags, runtime, session),
      }
      const deps = hubDeps(composition, runtime, clusters, session)
      const request = runRequest(run, spoke, argumentsEntry(args.image, flags), flags)
      return runHub(request, deps).finally(announcer.settled)
    })
    return this.conclude(lastWords.conclude(report), flags, {
      table: async () => (await import('../summary/run-table.ts')).renderRunTable,
      name: renderNames,
      junit: renderJunit,
    })
  }
}
