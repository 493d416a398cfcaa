import {type Command, CommandHelp, Help} from '@oclif/core'
import {exitCodeRows} from '../summary/exit-code-table.ts'

/** What oclif writes before a flag's sentence, its default and environment variable, gets a line of its own below it. */
function asideBelow(text: string): string {
  return text.replace(/^(\[[^\]]*\]) (.*)$/m, '$2\n$1')
}

class HubspokeCommandHelp extends CommandHelp {
  /** The summary stands above already. */
  protected override description(): string | undefined {
    const {description} = this.command
    return description === undefined ? undefined : this.wrap(description)
  }

  protected override flags(flags: Command.Flag.Any[]): [string, string | undefined][] | undefined {
    return super.flags(flags)?.map(([name, text]) => [name, text === undefined ? undefined : asideBelow(text)])
  }

  protected override sections() {
    return [
      ...super.sections(),
      {header: 'EXIT CODES', generate: (_: unknown, header: string) => [{header, body: exitCodeRows()}]},
    ]
  }
}

/** Help as oclif writes it, with the exit codes at the end of everything. */
export default class HubspokeHelp extends Help {
  protected override CommandHelpClass = HubspokeCommandHelp

  override formatRoot(): string {
    const [about = '', ...rest] = super.formatRoot().split('\n')
    return [this.wrap(about), ...rest].join('\n')
  }

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    this.log(this.section('EXIT CODES', exitCodeRows()))
  }
}
