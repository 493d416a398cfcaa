import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {chooseTargets} from '../../model/retry-choice.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {contextFlags, workloadFlags, writeFlags} from '../flags/flags.ts'
import {disagreements} from '../run/same-run.ts'
import {verbs} from '../run/verbs.ts'
import {type FlagFacts, flagWords} from './flag-words.ts'

/** Verbs whose second invocation under the same id leaves alone what the first one has done. */
const repeatable: readonly string[] = Object.keys(verbs)

/** Consent is given anew, and how the clusters are looked at may be chosen anew. */
const notRepeated: readonly string[] = ['yes', 'confirm', 'dry-run', 'run-id', 'fresh', 'kubeconfig']

/**
 * The command that goes on with a recorded run: the same image and flags, those with their default left out, under the
 * run's id. Undefined where the ledger does not say enough.
 */
export function commandAgain({run}: Pick<RecordedRun, 'run'>): string | undefined {
  const image = run?.arguments.image
  if (run === undefined || typeof image !== 'string' || !repeatable.includes(run.verb)) return undefined
  // The stamp of a retry is not that of its own id.
  if (run.retryOf !== undefined) return undefined
  const recorded = {...run.arguments, reason: run.reason ?? null}
  const words = wordsOf({...contextFlags, ...workloadFlags, ...writeFlags}, recorded)
  return ['hubspoke', run.verb, image, ...words, '--run-id', run.id].map(shellWord).join(' ')
}

/**
 * The commands that go on with a recorded run, the one that is most to the point first: its retry, which keeps its
 * pace; and the same command again, which looks for targets anew. None where the ledger is of several runs.
 */
export function waysOn(id: string, recorded: RecordedRun): readonly string[] {
  if (disagreements(recorded).length > 0) return []
  const again = commandAgain(recorded)
  const {run, targets, targetsMissing} = recorded
  const canBeRetried = run !== undefined && repeatable.includes(run.verb) && targetsMissing === 0
  const isOpen = chooseTargets(targets, 'all').length > 0
  return [...(canBeRetried && isOpen ? [`hubspoke runs retry ${id}`] : []), ...(again === undefined ? [] : [again])]
}

function wordsOf(flags: Readonly<Record<string, FlagFacts>>, recorded: ArgumentsEntry): readonly string[] {
  return Object.entries(flags)
    .filter(([name]) => !notRepeated.includes(name))
    .flatMap(([name, flag]) => flagWords(name, flag, recorded[name]))
}
