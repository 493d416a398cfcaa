import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {beforeDashes, saidOnCommandLine} from '../flags/command-line-flags.ts'
import {type FilledIn, type FlagLevel, fillIn, saidInEnvironment} from '../flags/flag-levels.ts'
import type {Runtime} from '../process/runtime.ts'
import type {ConfigFile} from './config-file.ts'
import {configuredFlags, type KnownCommands, requiredFlags} from './configured-flags.ts'
import {readConfigFile} from './read-config-file.ts'

/** A command line together with what the environment and the config file add to it. */
export interface ResolvedFlags extends FilledIn {
  readonly argv: readonly string[]
  readonly file: ConfigFile
}

/**
 * Fills in the flags that were not typed: from the environment, else from the config file.
 *
 * @param recorded the options of the run that is continued: they take precedence over the environment
 * @throws HubspokeError of class `usage` when a switch is given a value, when the config file is broken, or when the
 * system-wide one requires something else
 */
export async function resolveFlags(
  argv: readonly string[],
  commands: KnownCommands,
  runtime: Pick<Runtime, 'env' | 'homeDir' | 'systemConfigPath' | 'clock'>,
  recorded: FlagLevel = new Map(),
): Promise<ResolvedFlags> {
  const file = await readConfigFile(runtime)
  const required = await requiredFlags(file, commands)
  const typedLevel = saidOnCommandLine(argv, commands.flags)
  refuseNeedlessValues(typedLevel, commands)
  const environment = saidInEnvironment(commands.flags, runtime.env)
  for (const level of [typedLevel, environment]) refuseOtherValues(level, required, file)
  const filled = fillIn([typedLevel, required, recorded, environment, ...(await configuredFlags(file, commands))])
  const typed = beforeDashes(argv)
  return {...filled, file, argv: [...typed, ...filled.words, ...argv.slice(typed.length)]}
}

/** The system-wide file takes precedence: another value would have no effect, so it is an error. */
function refuseOtherValues(level: FlagLevel, required: FlagLevel, {system}: ConfigFile): void {
  for (const [name, {values, origin = `--${name}`}] of level) {
    const wanted = required.get(name)
    if (wanted === undefined || wanted.values.join() === values.join()) continue
    const value = wanted.values.join(', ') || 'false'
    const message = `${origin} cannot be changed: ${printable(system.path)} requires ${name}: ${printable(value)}.`
    throw new HubspokeError('usage', message)
  }
}

function refuseNeedlessValues(typed: FlagLevel, {flags, running}: KnownCommands): void {
  const [name] = [...typed].find(([, {hasNeedlessValue}]) => hasNeedlessValue) ?? []
  if (name === undefined) return
  const flag = flags[name]
  const forms = flag?.type === 'boolean' && flag.allowNo ? `--${name} or --no-${name}` : `--${name}, or omit it`
  throw new HubspokeError('usage', `--${name} takes no value: write ${forms}.`, {
    suggestions: [`hubspoke ${running} --help`],
  })
}

/** Flags without their variables: the values of the environment have been filled in already. */
export function withoutVariables<Flags extends object>(flags: Flags): Flags {
  const copies = {...flags}
  for (const name in copies) copies[name] = {...copies[name], env: undefined}
  return copies
}
