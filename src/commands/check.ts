import {BaseCommand} from '../cli/base-command.ts'
import {checkContexts} from '../cli/check-contexts.ts'
import {contextFlags, outputFlag} from '../cli/flags/flags.ts'
import {namespacesFlag, plainNamespaces} from '../cli/flags/permission-flags.ts'
import {checkViews} from '../cli/report-views.ts'
import {readingDeps} from '../cli/run/selection.ts'
import type {CheckReport} from '../model/check-report.ts'

export default class Check extends BaseCommand {
  static override summary = 'Check each context: reachable, permissions, protection, lock, image cache.'
  static override description =
    'Checks every context of the kubeconfig, unless you select contexts. Nothing is written. ' +
    '"rbac" prints the roles that each command needs.'
  static override examples = [
    {description: 'Before an incident', command: '<%= config.bin %> <%= command.id %> -c "prod-*"'},
    {description: 'With permissions in one namespace only', command: '<%= config.bin %> <%= command.id %> -n shop'},
  ]
  static override flags = {
    ...contextFlags,
    namespace: namespacesFlag,
    output: outputFlag(checkViews),
  }

  async run(): Promise<CheckReport> {
    const {flags} = await this.parse(Check)
    const reach = {namespaces: plainNamespaces(flags.namespace), cacheNamespace: flags['cache-namespace']}
    const report = await this.reaching(flags, {writes: false}, (clusters, session) =>
      checkContexts(reach, {clusters, session, deps: readingDeps(this.runtime, clusters, session)}),
    )
    return this.conclude(report, flags, checkViews)
  }
}
