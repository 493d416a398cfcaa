import {stripVTControlCharacters} from 'node:util'
import type {Failure} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {nearNames} from '../../shared/near-names.ts'
import {quoted} from '../../shared/problem.ts'

/** A command line that oclif could not read, in one sentence; `words` are the command as it is typed. */
export function usageFailure(error: Error, words: string, flags: readonly string[] = []): Failure {
  const meant = unknownFlags(error).flatMap((flag) => nearNames(flag, flags).map((name) => `--${name}`))
  const values = /^Expected --output=csv .*\btsv\b/.test(error.message) ? ['-o tsv  for tab-separated values'] : []
  const suggestions = [...new Set(meant), ...values, `${words} --help`]
  return {class: 'usage', message: missingArguments(error) ?? usageSentence(error.message), suggestions}
}

/**
 * The message of oclif about a command line, without its layout, its pointer to help, and its note about flags that take
 * the arguments as values, which ours do not.
 */
export function usageSentence(message: string): string {
  const said = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => !/^(See more help with --help|Note: --|Alternatively, you can use "--")/.test(line))
    .join('\n')
    .trim()
  const [, problems] = /^The following errors? occurred:\s+(.+)$/s.exec(said) ?? []
  const sentence = (problems?.split(/\n\s*/).join('; ') ?? said)
    .replaceAll(/Missing required flag (\S+?)(?=;|$)/g, 'Missing: --$1')
    .replace(/^Parsing (--\S+) \n\t/, '$1: ')
    .replace(/^(--\S+): (?=\1 )/, '')
  return externalText(/[.:?!]$/.test(sentence) ? sentence : `${sentence}.`, {maxLength: longest})
}

/**
 * A sentence about a value that was not typed: it names the variable, or the entry of the config file,
 * that sets it. A sentence about several flags, or about none, stays unchanged.
 */
export function withOrigin(sentence: string, originOf: (flag: string) => string | undefined): string {
  const [, expected = '', flag = ''] = /^(Expected )?--([a-z-]+)(?=[:= ])/.exec(sentence) ?? []
  const origin = flag === '' ? undefined : originOf(flag)
  if (origin === undefined) return sentence
  return expected === '' ? `${origin}${sentence.slice(flag.length + 2)}` : `${origin}: ${sentence}`
}

/** In UTF-16 units. */
const longest = 8_192

/** `Missing: IMAGE (reference or digest).` Undefined: the error is about something else. */
function missingArguments(error: Error): string | undefined {
  if (!error.message.startsWith('Missing ') || !('args' in error) || !Array.isArray(error.args)) return undefined
  return `Missing: ${error.args.map(describedArgument).join(', ')}.`
}

function describedArgument({name, description = ''}: {readonly name: string; readonly description?: string}): string {
  const words = description.replace(/\.$/, '')
  return name.toUpperCase() + (words === '' ? '' : ` (${words.charAt(0).toLowerCase()}${words.slice(1)})`)
}

function unknownFlags(error: Error): readonly string[] {
  if (!('flags' in error) || !Array.isArray(error.flags)) return []
  return error.flags.filter((flag) => typeof flag === 'string').map((flag) => flag.replace(/^-+|=.*$/g, ''))
}

/** A command line without a command, and similar commands. */
export function unknownCommand(argv: readonly string[], bin: string, commands: readonly string[]): Failure {
  const asked = argv[0] === 'help' ? argv.slice(1) : argv
  const end = asked.findIndex((word) => word.startsWith('-'))
  const words = (end > 0 ? asked.slice(0, end) : asked).slice(0, 2)
  const isTopic = commands.some((command) => command.startsWith(`${words[0]} `))
  const typed = isTopic ? words.join(' ') : (words[0] ?? '')
  const near = isTopic ? commands.filter((command) => command.startsWith(`${words[0]} `)) : nearNames(typed, commands)
  return {
    class: 'usage',
    message: `There is no command ${quoted(typed)}.`,
    suggestions: [...near.map((command) => `${bin} ${command}`), `${bin} --help`],
  }
}
