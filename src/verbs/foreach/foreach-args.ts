import {imageQueryOf} from '../../image/image-query.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {HubspokeError} from '../../model/failure.ts'
import {textArgument} from '../text-argument.ts'
import {type Placeholder, placeholders, requireKnownPlaceholders} from './placeholders.ts'

export interface ForeachArgs {
  /** As it was typed; undefined: once per context. */
  readonly image: string | undefined
  /** The program and its arguments; with `shell`, the words of a script. */
  readonly command: readonly [program: string, ...args: readonly string[]]
  readonly shell: boolean
  /** Names of variables that the command gets in addition. */
  readonly passEnv: readonly string[]
  /** Undefined: in the folder of the run. */
  readonly outputFolder: string | undefined
}

const ofContexts: readonly Placeholder[] = ['context']

/** @throws HubspokeError of class `usage` where there is no command, or it has a placeholder that does not exist */
export function parseForeachArgs(recorded: ArgumentsEntry): ForeachArgs {
  const {image, shell, outputFolder} = recorded
  const [program, ...args] = textsOf(recorded.command)
  if (program === undefined || program === '') {
    throw new HubspokeError('usage', 'There is no command: write it after "--".', {
      suggestions: ["hubspoke foreach -c 'prod-*' -- kubectl get nodes", 'hubspoke foreach --help'],
    })
  }
  requireKnownPlaceholders([program, ...args], image === undefined ? ofContexts : placeholders)
  return {
    image: image === undefined ? undefined : imageQueryOf(textArgument(recorded, 'image')).text,
    command: [program, ...args],
    shell: shell === true,
    passEnv: textsOf(recorded.passEnv).map(variableName),
    outputFolder: typeof outputFolder === 'string' && outputFolder !== '' ? outputFolder : undefined,
  }
}

function textsOf(value: ArgumentsEntry[string] | undefined): readonly string[] {
  return typeof value === 'object' && value !== null ? value : []
}

function variableName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name
  throw new HubspokeError('usage', `"${name}" is not the name of an environment variable.`, {
    suggestions: ['--pass-env NAME  without a value'],
  })
}
