import {CommandHelp, Help} from '@oclif/core'
import {exitCodeHelp} from '../summary/exit-code-table.ts'

class CommandHelpWithExitCodes extends CommandHelp {
  protected override sections() {
    return [...super.sections(), {header: 'EXIT CODES', generate: exitCodeHelp}]
  }
}

/** Help as oclif writes it, with the exit codes behind every command. */
export default class HubspokeHelp extends Help {
  protected override CommandHelpClass = CommandHelpWithExitCodes

  override formatRoot(): string {
    return `${super.formatRoot()}\n\n${this.section('EXIT CODES', exitCodeHelp())}`
  }
}
