import {resolve} from 'node:path'
import {applyFlags} from '../cli/flags/apply-flags.ts'
import {contextFlags, outputFlag} from '../cli/flags/flags.ts'
import {withoutRollouts} from '../cli/flags/without-rollouts.ts'
import {runViews} from '../cli/report-views.ts'
import {WritingCommand} from '../cli/run/writing-command.ts'
import {contentsWords} from '../manifests/contents-words.ts'
import {manifestsDigest} from '../manifests/manifests-digest.ts'
import type {RunReport} from '../model/report.ts'
import {apply} from '../verbs/apply/apply.ts'

export default class Apply extends WritingCommand {
  static override summary = 'Apply manifests to every selected cluster, with server-side apply.'
  static override description =
    'Reads all manifests first: an error in one of them, or a kind that a cluster does not have, ends the command before anything is ' +
    'written. Shows the plan and asks for confirmation. Then applies all objects to the clusters in parallel, as "kubectl apply ' +
    '--server-side" does, with the field manager "hubspoke": namespaces and CustomResourceDefinitions first. Each object has a result of its ' +
    'own. An object that is rejected, or has fields with other values of another manager, does not keep the others from being applied. Nothing is ever deleted.'
  static override examples = [
    {
      description: 'At a laptop: see what would change in each cluster, field by field',
      command: '<%= config.bin %> <%= command.id %> -f manifests/ -c "prod-*" --dry-run server',
    },
    {
      description: 'To every production cluster',
      command: '<%= config.bin %> <%= command.id %> -f manifests/ -c "prod-*"',
    },
    {
      description: 'In a runbook: one cluster first, then half, then all; stop at the first failure',
      command:
        '<%= config.bin %> <%= command.id %> -k overlays/prod -g production --waves 1,50%,100% --reason "INC-42"',
    },
    {
      description: 'From a pipe',
      command: 'helm template web ./chart | <%= config.bin %> <%= command.id %> -f - -c "dev-*" --yes',
    },
    {
      description: 'From cron: no prompt, JSON output',
      command: '<%= config.bin %> <%= command.id %> -f /etc/fleet/base.yaml --all-contexts --yes -o json',
    },
  ]
  static override flags = {
    ...contextFlags,
    ...applyFlags,
    output: outputFlag(runViews),
  }

  async run(): Promise<RunReport> {
    const {flags: given} = await this.parse(Apply)
    const {
      filename = [],
      kustomize = [],
      recursive,
      'default-namespace': namespace,
      'force-conflicts': force,
      ...flags
    } = given
    const asked = {
      files: filename.map(absolute),
      kustomizations: kustomize.map((folder) => resolve(folder)),
      recursive,
      forceConflicts: force,
      ...(namespace !== undefined && {namespace}),
    }
    const manifests = await this.runtime.manifests.read(apply.parse(asked).source)
    if (asked.files.includes('-')) this.runtime = {...this.runtime, terminal: this.runtime.ownTerminal()}
    const recorded = {...asked, digest: manifestsDigest(manifests), contents: contentsWords(manifests)}
    const {start} = await this.startOf(apply, recorded, {...withoutRollouts, ...flags})
    return this.carryOut({...start, source: {from: 'contexts'}}, flags)
  }
}

/** A run may be retried from another folder. */
function absolute(path: string): string {
  return path === '-' || /^[a-z]+:\/\//.test(path) ? path : resolve(path)
}
