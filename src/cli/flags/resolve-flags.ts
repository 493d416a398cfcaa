import type {ConfigFile} from '../config/config-file.ts'
import {configuredFlags, type KnownCommands} from '../config/configured-flags.ts'
import {readConfigFile} from '../config/read-config-file.ts'
import type {Runtime} from '../process/runtime.ts'
import {beforeDashes, saidOnCommandLine} from './command-line-flags.ts'
import {type FilledIn, fillIn, saidInEnvironment} from './flag-levels.ts'

/** A command line together with what the environment and the config file add to it. */
export interface ResolvedFlags extends FilledIn {
  readonly argv: readonly string[]
  readonly file: ConfigFile
}

/**
 * Fills in the flags that were not typed: from the environment, else from the config file.
 *
 * @throws HubspokeError of class `usage` when the config file is broken
 */
export async function resolveFlags(
  argv: readonly string[],
  commands: KnownCommands,
  runtime: Pick<Runtime, 'env' | 'homeDir'>,
): Promise<ResolvedFlags> {
  const file = await readConfigFile(runtime)
  const filled = fillIn([
    saidOnCommandLine(argv, commands.flags),
    saidInEnvironment(commands.flags, runtime.env),
    ...(await configuredFlags(file, commands)),
  ])
  const typed = beforeDashes(argv)
  return {...filled, file, argv: [...typed, ...filled.words, ...argv.slice(typed.length)]}
}

/** Flags that are not looked for in the environment any more: what it says has been filled in. */
export function withoutVariables<Flags extends object>(flags: Flags): Flags {
  const copies = {...flags}
  for (const name in copies) copies[name] = {...copies[name], env: undefined}
  return copies
}
