import {type Command, Flags, type Interfaces, Parser} from '@oclif/core'
import {nearNames} from '../../shared/near-names.ts'
import {own} from '../../shared/own.ts'
import type {Value} from '../../yaml/yaml-reader.ts'
import {type FlagFacts, type FlagLevel, type Said, spelledOut} from '../flags/flag-levels.ts'
import {contextFlags, outputFlags, targetsFlags, workloadFlags, writeFlags} from '../flags/flags.ts'
import {usageSentence} from '../process/usage-failure.ts'
import {type ConfigFile, type ConfiguredDefaults, wrongConfig} from './config-file.ts'

/** All commands, and the one that runs. */
export interface KnownCommands {
  /** As it is typed. */
  readonly running: string
  /** The flags of the one that runs. */
  readonly flags: Interfaces.FlagInput
  /** For every command, by its name as it is typed: its flags, without their parsers. */
  readonly described: ReadonlyMap<string, Readonly<Record<string, Command.Flag.Cached>>>
}

/** Flags whose parsers are loaded for every command, so that the first command reports an invalid value. */
const sharedFlags: Interfaces.FlagInput = {
  ...outputFlags,
  ...contextFlags,
  ...workloadFlags,
  ...targetsFlags,
  ...writeFlags,
}

/** Flags that the environment may set and the config file may not, each with the reason. */
const neverConfigured: ReadonlyMap<string, string> = new Map([
  ['run-id', 'it names one run'],
  ['reason', 'it belongs to one run'],
  ['targets', 'they are those of one run'],
  ['dry-run', 'the command line could not turn it off'],
])

/**
 * The defaults of the config file for the command that runs: first those of its own section, then those of all commands.
 * Every other default is checked, too.
 *
 * @throws HubspokeError of class `usage` for an unknown command or flag, for one that the config file may not
 * set, and for a value that the flag does not accept
 */
export async function configuredFlags(file: ConfigFile, commands: KnownCommands): Promise<readonly FlagLevel[]> {
  const {running, described} = commands
  let ofRunning: FlagLevel = new Map()
  for (const [command, {defaults, ...place}] of file.commandDefaults) {
    const flags = described.get(command)
    if (flags === undefined) {
      const near = nearNames(command, described.keys())
      throw wrongConfig(file.path, place, 'is neither a command nor a flag', asKeys(near))
    }
    const level = await readDefaults(file, defaults, {
      flags: [flags],
      parsers: command === running ? commands.flags : {},
    })
    if (command === running) ofRunning = level
  }
  const all = await readDefaults(file, file.defaults, {flags: [...described.values()], parsers: commands.flags})
  return [ofRunning, new Map([...all].filter(([name]) => own(commands.flags, name)?.env !== undefined))]
}

/**
 * The values that the system-wide file requires, of the flags that the command has.
 *
 * @throws HubspokeError as `configuredFlags` does
 */
export async function requiredFlags({system}: ConfigFile, commands: KnownCommands): Promise<FlagLevel> {
  const flags = [...commands.described.values()]
  const all = await readDefaults(system, system.required, {flags, parsers: commands.flags})
  return new Map([...all].filter(([name]) => commands.flags[name]?.env !== undefined))
}

/** The commands that defaults apply to. */
interface Addressee {
  readonly flags: readonly Readonly<Record<string, Command.Flag.Cached>>[]
  readonly parsers: Interfaces.FlagInput
}

async function readDefaults(
  file: Pick<ConfigFile, 'path'>,
  defaults: ConfiguredDefaults,
  addressee: Addressee,
): Promise<FlagLevel> {
  const level = new Map<string, Said>()
  for (const [name, value] of defaults) {
    const described = describedFlag(name, value, file.path, addressee)
    const parser = own(addressee.parsers, name) ?? own(sharedFlags, name) ?? parserOf(described)
    level.set(name, await readDefault(name, value, parser, file.path))
  }
  return level
}

function describedFlag(name: string, value: Value, path: string, {flags}: Addressee): Command.Flag.Cached {
  const named = flags.flatMap((table) => own(table, name) ?? [])
  if (named.length === 0) {
    const near = nearNames(name, new Set(flags.flatMap((table) => Object.keys(table))))
    throw wrongConfig(path, value, 'is not a flag', asKeys(near))
  }
  const never = neverConfigured.get(name)
  if (never !== undefined) throw wrongConfig(path, value, `cannot be a default: ${never}`)
  const settable = named.find(({env}) => env !== undefined)
  if (settable !== undefined) return settable
  throw wrongConfig(path, value, 'cannot be a default: it can be given on the command line only')
}

async function readDefault(
  name: string,
  value: Value,
  flag: Interfaces.FlagInput[string],
  path: string,
): Promise<Said> {
  if (flag.type === 'boolean' && (value.isList || !/^(true|false)$/.test(value.values[0] ?? ''))) {
    throw wrongConfig(path, value, 'must be true or false')
  }
  const facts: FlagFacts = flag
  if (value.isList && !facts.multiple) throw wrongConfig(path, value, 'takes one value, not a list')
  const said = spelledOut(name, flag, value.values)
  try {
    await Parser.parse([...said.words], {flags: {[name]: {...flag, dependsOn: [], exclusive: [], relationships: []}}})
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw wrongConfig(path, value, `is wrong. ${usageSentence(error.message).replace(/\.$/, '')}`)
  }
  return {...said, origin: `"${value.key}" in ${path}`}
}

/** For a flag of another command, only its type and its options can be checked. */
function parserOf(flag: Command.Flag.Cached): Interfaces.FlagInput[string] {
  if (flag.type === 'boolean') return Flags.boolean()
  const options = flag.options ? {options: flag.options} : {}
  return flag.multiple ? Flags.string({...options, multiple: true}) : Flags.string(options)
}

const asKeys = (names: readonly string[]) => names.map((name) => `${name}:`)
