import {type Command, CommandHelp, Help} from '@oclif/core'
import type {ExitName} from '../model/exit-code.ts'
import {own} from '../shared/own.ts'
import {allExits, exitCodeRows} from '../summary/exit-code-table.ts'

/** Moves the default and environment variable, which oclif writes before a flag's summary, to the line below it. */
function asideBelow(text: string): string {
  return text.replace(/^(\[[^\]]*\]) (.*)$/m, '$2\n$1')
}

class HubspokeCommandHelp extends CommandHelp {
  /** Without the summary, which is printed above already. */
  protected override description(): string | undefined {
    const {description} = this.command
    return description === undefined ? undefined : this.wrap(description)
  }

  /** Like kubectl: the flags are listed below, so two lines at most. */
  protected override defaultUsage(): string {
    const args = Object.values(this.command.args ?? {}).filter(({hidden}) => !hidden)
    const hasFlags = Object.values(this.command.flags ?? {}).some(({hidden}) => !hidden)
    return [this.command.id, ...args.map((arg) => this.arg(arg)), ...(hasFlags ? ['[flags]'] : [])].join(' ')
  }

  protected override flags(flags: Command.Flag.Any[]): [string, string | undefined][] | undefined {
    return super.flags(flags)?.map(([name, text]) => [name, text === undefined ? undefined : asideBelow(text)])
  }

  /** A command is on one line, however long: a wrapped command cannot be pasted. */
  protected override examples(examples: Command.Example[] | string | undefined): string | undefined {
    const parts = (Array.isArray(examples) ? examples : []).map((one) =>
      typeof one === 'string'
        ? this.render(one)
        : `${this.wrap(one.description, this.indentSpacing * 2)}\n\n${this.indent(`$ ${this.render(one.command)}`)}`,
    )
    return parts.length === 0 ? undefined : parts.join('\n\n')
  }

  protected override sections() {
    const body = exitCodeRows(codesOf(this.command.id))
    return [...super.sections(), {header: 'EXIT CODES', generate: (_: unknown, header: string) => [{header, body}]}]
  }
}

const withoutTargets: readonly ExitName[] = ['ok', 'usage', 'bug']
const reading: readonly ExitName[] = [
  'ok',
  'target-failed',
  'usage',
  'nothing-matched',
  'context-not-read',
  'bug',
  'hung-up',
  'interrupted',
  'terminated',
]

/** Commands that cannot end with every code; one that is not here can. */
const endings: Readonly<Record<string, readonly ExitName[]>> = {
  'cache refresh': [...reading, 'declined'],
  'cache show': reading,
  'cache watch': [...reading, 'locked', 'declined'],
  check: reading,
  find: reading,
  rbac: withoutTargets,
  'runs list': [...withoutTargets, 'target-failed'],
  'runs prune': [...withoutTargets, 'target-failed', 'declined'],
  'runs show': [...withoutTargets, 'target-failed'],
  sandbox: [...withoutTargets, 'context-not-read', 'hung-up', 'interrupted', 'terminated'],
}

function codesOf(id: string): readonly ExitName[] {
  return own(endings, id.replaceAll(':', ' ')) ?? allExits
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
    this.log(this.section('EXIT CODES', exitCodeRows(allExits)))
  }
}
