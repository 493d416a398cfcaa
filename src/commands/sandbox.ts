import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.ts'
import {demonstrate} from '../cli/demonstration.ts'
import {stopOnSignals} from '../cli/process/stop-on-signals.ts'
import {withSandbox} from '../cli/sandbox-session.ts'
import {sandboxIsUp, scenarioList} from '../cli/scenario/sandbox-text.ts'

export default class Sandbox extends BaseCommand {
  static override summary = 'Start simulated clusters on the loopback interface, for trials and practice.'
  static override description =
    'Starts several API servers in one process, with workloads, simulated failures and their own kubeconfig. ' +
    'kubectl works with them, too. They stop when this command ends.'
  static override examples = [
    {description: 'Keep them up until Ctrl-C', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'See a run over them, explained', command: '<%= config.bin %> <%= command.id %> --demo'},
    {
      description: 'Practise an incident; "--scenario list" lists them',
      command: '<%= config.bin %> <%= command.id %> --scenario incident/registry-outage',
    },
  ]
  static override flags = {
    demo: Flags.boolean({summary: 'Run a restart against them, explain it, and exit.', exclusive: ['scenario']}),
    scenario: Flags.string({
      summary: 'A file with clusters and troubles over time, or one that ships with hubspoke; "list" lists these.',
      helpValue: 'FILE|NAME',
      env: 'HUBSPOKE_SCENARIO',
    }),
    'write-kubeconfig': Flags.string({
      summary: 'Where their kubeconfig is written: a file that does not exist yet.',
      helpValue: 'PATH',
      env: 'HUBSPOKE_WRITE_KUBECONFIG',
    }),
  }

  async run(): Promise<{readonly kubeconfig: string} | undefined> {
    const {flags} = await this.parse(Sandbox)
    if (flags.scenario === 'list') return this.list()
    const scenario = flags.scenario === undefined ? undefined : await this.open(flags.scenario)
    const request = {scenario, kubeconfigPath: flags['write-kubeconfig']}
    const path = await withSandbox(this.runtime, request, async (sandbox, kubeconfig) => {
      const text = sandboxIsUp({sandbox, kubeconfig, typed: this.runtime.program.typed, scenario})
      await (flags.demo ? demonstrate(sandbox, kubeconfig, this.runtime) : this.stayUp(text))
      return kubeconfig
    })
    this.runtime.setExitCode(0)
    return {kubeconfig: path}
  }

  private async open(choice: string) {
    const {openScenario} = await import('../cli/scenario/open-scenario.ts')
    return openScenario(choice, this.runtime)
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
