import {Flags} from '@oclif/core'
import {BaseCommand} from '../cli/base-command.ts'
import {demoImage, demonstrate} from '../cli/demonstration.ts'
import {stopOnSignals} from '../cli/process/stop-on-signals.ts'
import {exportCommand, withSandbox} from '../cli/sandbox-session.ts'

export default class Sandbox extends BaseCommand {
  static override summary = 'Start simulated clusters on the loopback interface, for trials and practice.'
  static override description =
    'Starts several API servers in one process, with workloads, simulated failures and their own kubeconfig. ' +
    'kubectl works with them, too. They stop when this command ends.'
  static override examples = [
    {description: 'Keep them up until Ctrl-C', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'See a run over them, explained', command: '<%= config.bin %> <%= command.id %> --demo'},
  ]
  static override flags = {
    demo: Flags.boolean({summary: 'Run a restart against them, explain it, and exit.'}),
    'write-kubeconfig': Flags.string({
      summary: 'Where their kubeconfig is written: a file that does not exist yet.',
      helpValue: 'PATH',
      env: 'HUBSPOKE_WRITE_KUBECONFIG',
    }),
  }

  async run(): Promise<{readonly kubeconfig: string}> {
    const {flags} = await this.parse(Sandbox)
    const path = await withSandbox(this.runtime, flags['write-kubeconfig'], async (sandbox, kubeconfig) => {
      const servers = sandbox.clusters.map(({name, server}) => `  ${name}  ${server}`)
      await (flags.demo ? demonstrate(sandbox, kubeconfig, this.runtime) : this.stayUp(kubeconfig, servers))
      return kubeconfig
    })
    this.runtime.setExitCode(0)
    return {kubeconfig: path}
  }

  private async stayUp(kubeconfig: string, clusters: readonly string[]): Promise<void> {
    const {typed} = this.runtime.program
    const {stop, release} = stopOnSignals(this.runtime, {notice: () => 'Stopping the simulated clusters.'})
    this.runtime.stderr.write(`${clusters.length} simulated clusters are up, until Ctrl-C:
${clusters.join('\n')}

In another terminal:
  ${exportCommand(kubeconfig)}
  ${typed} find ${demoImage}
  ${typed} restart ${demoImage} --all-contexts --backoff 1s
  kubectl get deployments -A
`)
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, {once: true}))
    release()
  }
}
