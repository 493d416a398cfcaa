import type {ArgumentsEntry} from '../model/arguments-entry.ts'
import type {RecordedRun} from '../model/recorded-run.ts'
import {formatDuration, parseDuration} from '../shared/duration.ts'
import {shellWord} from '../shared/shell-word.ts'
import {contextFlags, workloadFlags, writeFlags} from './flags.ts'

/** Verbs whose second invocation under the same id leaves alone what the first one has done. */
const repeatable: readonly string[] = ['restart']

/** Consent is given anew, and how the clusters are looked at may be chosen anew. */
const notRepeated: readonly string[] = ['yes', 'confirm', 'dry-run', 'run-id', 'fresh', 'kubeconfig']

/**
 * The command that goes on with a recorded run: the same image and flags, those with their default left out, under the
 * run's id. Undefined where the ledger does not say enough.
 */
export function commandAgain({run}: Pick<RecordedRun, 'run'>): string | undefined {
  const image = run?.arguments.image
  if (run === undefined || typeof image !== 'string' || !repeatable.includes(run.verb)) return undefined
  const flags = Object.entries<FlagFacts>({...contextFlags, ...workloadFlags, ...writeFlags})
  const words = flags
    .filter(([name]) => !notRepeated.includes(name))
    .flatMap(([name, flag]) => flagWords(name, flag, run.arguments[name]))
  return ['hubspoke', run.verb, image, ...words, '--run-id', run.id].map(shellWord).join(' ')
}

/** What is looked at of a flag's definition. */
interface FlagFacts {
  readonly char?: string | undefined
  readonly default?: unknown
  readonly helpValue?: string | readonly string[] | undefined
}

function flagWords(name: string, flag: FlagFacts, value: ArgumentsEntry[string] | undefined): readonly string[] {
  if (value === undefined || value === null || value === flag.default) return []
  if (value === true) return [`--${name}`]
  if (value === false) return flag.default === true ? [`--no-${name}`] : []
  const said = flag.char === undefined ? `--${name}` : `-${flag.char}`
  if (typeof value === 'string') return [said, value]
  if (typeof value === 'number') return [said, flag.helpValue === 'DURATION' ? durationWord(value) : `${value}`]
  return value.flatMap((each) => [said, each])
}

/** As people write it, where that loses nothing. */
function durationWord(ms: number): string {
  const text = formatDuration(ms).replace('.0s', 's')
  return parseDuration(text) === ms ? text : `${ms}ms`
}
