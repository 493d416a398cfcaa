import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.ts'
import {contextFlags, outputFlag} from '../cli/flags/flags.ts'
import {listen} from '../cli/listen/listen.ts'
import {listenSettings} from '../cli/listen/listen-settings.ts'
import {listenViews} from '../cli/report-views.ts'
import type {ListenReport} from '../model/listen-report.ts'

const {kubeconfig, 'cache-namespace': cacheNamespace} = contextFlags

export default class Listen extends BaseCommand {
  static override summary = 'Act on image push events: run what the rules say, until stopped.'
  static override description =
    'Receives the events of registries and pipelines over HTTP, writes each to a journal, and starts the run of the first rule that ' +
    'matches. Events of one repository within two seconds are one run. A run that was interrupted continues at the next start, and ' +
    'writes nothing twice. The rules file is the consent: nothing is asked. SIGHUP reads the rules again. On SIGTERM or SIGINT ' +
    'writes in progress end, and the rest stays in the journal.'
  static override examples = [
    {
      description: 'See what each rule would do now',
      command: '<%= config.bin %> <%= command.id %> --rules rules.yaml --check',
    },
    {description: 'On this machine', command: '<%= config.bin %> <%= command.id %> --rules rules.yaml'},
    {
      description: 'In a container, with metrics at /metrics; runs only plan',
      command: '<%= config.bin %> <%= command.id %> --rules rules.yaml --address :8686 --dry-run client',
    },
    {
      description: 'Two replicas, of which one acts',
      command: '<%= config.bin %> <%= command.id %> --rules rules.yaml --address :8686 --lease hub',
    },
  ]
  static override flags = {
    rules: Flags.string({
      summary: 'The rules file: sources of events, and what is done about them.',
      required: true,
      helpValue: 'FILE',
      env: 'HUBSPOKE_RULES',
    }),
    check: Flags.boolean({summary: 'Only check the rules, and show what each would do now. Nothing is written.'}),
    address: Flags.string({
      summary: 'Where to listen.',
      helpValue: 'HOST:PORT',
      default: '127.0.0.1:8686',
      env: 'HUBSPOKE_ADDRESS',
    }),
    journal: Flags.string({
      summary: 'The directory of the journal. Default: hubspoke/listen in $XDG_STATE_HOME.',
      helpValue: 'DIRECTORY',
      env: 'HUBSPOKE_JOURNAL',
    }),
    'max-runs': Flags.integer({
      summary: 'The most runs at the same time, each of another repository.',
      helpValue: 'N',
      default: 4,
      min: 1,
      max: 100,
      env: 'HUBSPOKE_MAX_RUNS',
    }),
    'freeze-file': Flags.string({
      summary: 'While this file exists, no run starts. Events are still accepted.',
      helpValue: 'FILE',
      helpGroup: 'SAFETY',
      env: 'HUBSPOKE_FREEZE_FILE',
    }),
    'dry-run': Flags.option({options: ['client'] as const})({
      summary: 'Every run only plans.',
      helpGroup: 'SAFETY',
      env: 'HUBSPOKE_DRY_RUN',
    }),
    'insecure-no-auth': Flags.boolean({
      summary: 'Believe every request of sources without a secret.',
      helpGroup: 'SAFETY',
    }),
    lease: Flags.string({
      summary: 'Of several replicas only the holder of a Lease in the cluster of this context acts.',
      helpValue: 'CONTEXT',
      env: 'HUBSPOKE_LEASE',
    }),
    kubeconfig,
    'cache-namespace': cacheNamespace,
    output: outputFlag(listenViews),
  }

  async run(): Promise<ListenReport> {
    const {flags} = await this.parse(Listen)
    const commands = {
      find: {id: 'find', load: () => import('./find.ts')},
      check: {id: 'check', load: () => import('./check.ts')},
      restart: {id: 'restart', load: () => import('./restart.ts')},
      'set-image': {id: 'set-image', load: () => import('./set-image.ts')},
    }
    const report = await listen(listenSettings(flags, this.runtime), {
      ...{commands, config: this.config, runtime: this.runtime, check: flags.check, flags},
    })
    return this.conclude(report, flags, listenViews)
  }
}
