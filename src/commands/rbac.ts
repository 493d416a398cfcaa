import {Args, Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.ts'
import {contextFlags} from '../cli/flags/flags.ts'
import {namespacesFlag} from '../cli/flags/permission-flags.ts'
import {permittedWords, rbacRequest} from '../cli/rbac-request.ts'
import {unknownPermissions} from '../model/permission.ts'
import {planRoles} from '../summary/plan-roles.ts'
import {type Manifest, permissionWords, rbacList, renderRbac} from '../summary/rbac-manifests.ts'

const several = {multiple: true, multipleNonGreedy: true, helpGroup: 'SUBJECTS'} as const

export default class Rbac extends BaseCommand {
  static override summary = 'Print the minimal RBAC roles of commands, for kubectl apply.'
  static override description =
    'Contacts no cluster. A comment on every rule says which command needs it, why, and what happens without it. ' +
    'Without -n the roles are for all namespaces. Applying a role again replaces all of its subjects: ' +
    'name all of them, or use another --name.'
  static override examples = [
    {
      description: 'For a pod that runs find and restart',
      command: '<%= config.bin %> <%= command.id %> find restart --service-account ops/hubspoke | kubectl apply -f -',
    },
    {
      description: 'For a team, in its namespace only',
      command: '<%= config.bin %> <%= command.id %> find restart -n shop --namespaced --group shop-team',
    },
  ]
  static override args = {
    commands: Args.string({
      ignoreStdin: true,
      description: `One or more of: ${permittedWords.join(', ')}.`,
      required: true,
      multiple: true,
    }),
  }
  static override flags = {
    'service-account': Flags.string({...several, summary: 'Bind to a service account.', helpValue: 'NAMESPACE/NAME'}),
    user: Flags.string({...several, summary: 'Bind to a user.', helpValue: 'NAME'}),
    group: Flags.string({...several, summary: 'Bind to a group.', helpValue: 'NAME'}),
    namespace: namespacesFlag,
    'cache-namespace': contextFlags['cache-namespace'],
    namespaced: Flags.boolean({
      summary: 'Only Roles and RoleBindings. Rules that need a ClusterRole are omitted and listed on stderr.',
      helpGroup: 'ROLES',
    }),
    essential: Flags.boolean({
      summary: 'Only required permissions.',
      helpGroup: 'ROLES',
    }),
    name: Flags.string({
      summary: 'Name of every object. Default: "hubspoke" and the commands, joined by "-".',
      helpValue: 'NAME',
      helpGroup: 'ROLES',
    }),
  }

  async run(): Promise<Manifest> {
    const {args, flags} = await this.parse(Rbac)
    const {stdout, stderr, setExitCode} = this.runtime
    const request = rbacRequest(args.commands, flags)
    const plan = planRoles(request)
    const list = rbacList(request, plan)
    stdout.write(flags.json ? `${JSON.stringify(list, undefined, 2)}\n` : await renderRbac(request, plan))
    if (!flags.quiet) {
      for (const need of plan.leftOut)
        stderr.write(`Left out: ${permissionWords(need)} (${need.purpose}): ${need.without}.\n`)
      for (const verb of request.verbs) {
        const unknown = unknownPermissions[verb]
        if (unknown !== undefined) stderr.write(`${verb}: ${unknown}\n`)
      }
      if (request.subjects.length === 0)
        stderr.write('No --service-account, --user or --group: roles without bindings.\n')
    }
    await stdout.flushed()
    setExitCode(0)
    return list
  }
}
