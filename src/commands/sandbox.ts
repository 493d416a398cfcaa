import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.ts'
import type {ContextFlags} from '../cli/clusters.ts'
import {demonstrate} from '../cli/demonstration.ts'
import {contextFlags} from '../cli/flags/flags.ts'
import type {SessionFlags} from '../cli/process/session.ts'
import {stopOnSignals} from '../cli/process/stop-on-signals.ts'
import {withSandbox} from '../cli/sandbox-session.ts'
import {sandboxIsUp, scenarioList} from '../cli/scenario/sandbox-text.ts'
import {HubspokeError} from '../model/failure.ts'

export default class Sandbox extends BaseCommand {
  static override summary = 'Start simulated clusters on the loopback interface, for trials and practice.'
  static override description =
    'Starts several API servers in one process, with workloads, simulated failures and their own kubeconfig. ' +
    'kubectl works with them, too. They stop with this command.\n\n' +
    '"--record" reads real clusters instead, and writes a scenario file with the names, namespaces, kinds, images and ' +
    'replicas of their workloads to stdout. Nothing is written to them.'
  static override examples = [
    {description: 'Run until Ctrl-C', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'Show a restart on them, with explanations', command: '<%= config.bin %> <%= command.id %> --demo'},
    {
      description: 'Practise an incident; "--scenario list" lists them',
      command: '<%= config.bin %> <%= command.id %> --scenario incident/registry-outage',
    },
    {
      description: 'Practise with the names and images of your own clusters',
      command: '<%= config.bin %> <%= command.id %> --record -c "prod-*" > prod.yaml',
    },
  ]
  static override flags = {
    demo: Flags.boolean({summary: 'Restart workloads in them, explain each step, and exit.', exclusive: ['scenario']}),
    record: Flags.boolean({
      summary: 'Write a scenario file of the selected contexts to stdout, and exit.',
      exclusive: ['demo', 'scenario', 'write-kubeconfig'],
    }),
    scenario: Flags.string({
      summary: 'A file with clusters and faults over time, or the name of an included scenario; "list" lists these.',
      helpValue: 'FILE|NAME',
      env: 'HUBSPOKE_SCENARIO',
    }),
    'write-kubeconfig': Flags.string({
      summary: 'File for their kubeconfig. It must not exist yet.',
      helpValue: 'PATH',
      env: 'HUBSPOKE_WRITE_KUBECONFIG',
    }),
    ...contextFlags,
  }

  async run(): Promise<{readonly kubeconfig: string} | undefined> {
    const {flags} = await this.parse(Sandbox)
    if (flags.record) return this.record(flags)
    this.refuseContexts()
    if (flags.scenario === 'list') return this.list()
    const given = flags['write-kubeconfig']
    const path = await (flags.demo ? demonstrate(this.runtime, given) : this.start(flags.scenario, given))
    this.runtime.setExitCode(0)
    return {kubeconfig: path}
  }

  private async start(name: string | undefined, kubeconfigPath: string | undefined): Promise<string> {
    const scenario = name === undefined ? undefined : await this.open(name)
    const {typed} = this.runtime.program
    return withSandbox(this.runtime, {scenario, kubeconfigPath}, async (sandbox, kubeconfig) => {
      await this.stayUp(sandboxIsUp({sandbox, kubeconfig, typed, name, scenario}))
      return kubeconfig
    })
  }

  private async open(choice: string) {
    const {openScenario} = await import('../cli/scenario/open-scenario.ts')
    return openScenario(choice, this.runtime)
  }

  private async record(flags: ContextFlags & SessionFlags & {readonly 'cache-namespace': string}): Promise<undefined> {
    const {stdout, stderr, clock} = this.runtime
    const {recordScenario} = await import('../cli/scenario/record-scenario.ts')
    const options = {cacheNamespace: flags['cache-namespace'], at: clock.date()}
    const {text, lines, exitCode} = await this.reaching(flags, {writes: false}, (clusters, session) =>
      recordScenario(clusters, session, options),
    )
    stdout.write(text)
    stderr.write(lines.map((line) => `${line}\n`).join(''))
    await stdout.flushed()
    this.runtime.setExitCode(exitCode)
    return undefined
  }

  private refuseContexts(): void {
    const name = Object.keys(contextFlags).find((flag) => this.isTyped(flag))
    if (name === undefined) return
    throw new HubspokeError('usage', `--${name} is for --record: simulated clusters have a kubeconfig of their own.`)
  }

  private async list(): Promise<undefined> {
    const {shippedScenarios} = await import('../cli/scenario/open-scenario.ts')
    this.runtime.stdout.write(scenarioList(await shippedScenarios(this.runtime)))
    await this.runtime.stdout.flushed()
    this.runtime.setExitCode(0)
    return undefined
  }

  private async stayUp(text: string): Promise<void> {
    const {stop, release} = stopOnSignals(this.runtime, {notice: () => 'Stopping the simulated clusters.'})
    this.runtime.stderr.write(text)
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, {once: true}))
    release()
  }
}
