import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {chooseTargets} from '../../model/retry-choice.ts'
import {shellWord} from '../../shared/shell-word.ts'
import type {Verb} from '../../verbs/verb.ts'
import type {Verbs} from '../../verbs/verbs.ts'
import {type FlagFacts, flagWords} from '../flags/flag-words.ts'
import {contextFlags, targetsFlags, workloadFlags, writeFlags} from '../flags/flags.ts'
import {flagsWithoutRollouts} from '../flags/without-rollouts.ts'
import {disagreements} from '../run/same-run.ts'

/** Consent is given anew, and how the clusters are looked at may be chosen anew. */
const notRepeated: readonly string[] = ['yes', 'confirm', 'dry-run', 'run-id', 'fresh', 'kubeconfig']

/**
 * The command that continues a recorded run: the same arguments and flags, those with their default left out, under the
 * run's id. Undefined where the ledger does not say enough.
 */
export function commandAgain({run}: Pick<RecordedRun, 'run'>, verbs: Verbs): string | undefined {
  const verb = run && verbs.get(run.verb)
  // The mark of a retry is not that of its own id.
  if (verb === undefined || verb.retry !== 'safe' || run?.retryOf !== undefined) return undefined
  const args = argsOf(verb, run?.args ?? {})
  if (run === undefined || args === undefined) return undefined
  if (run.options.targets === '-') return undefined // its stdin is gone
  const recorded = {...run.options, reason: run.reason ?? null}
  const words = wordsOf(flagsOf(verb), recorded)
  return ['hubspoke', verb.name, ...verb.words(args), ...words, '--run-id', run.id].map(shellWord).join(' ')
}

/** The flags of its command: only verbs on workloads search for them, and are about their rollouts. */
function flagsOf({targetType}: Pick<Verb, 'targetType'>): Readonly<Record<string, FlagFacts>> {
  if (![targetType].flat().includes('workload')) return {...contextFlags, ...flagsWithoutRollouts}
  return {...contextFlags, ...workloadFlags, ...targetsFlags, ...writeFlags}
}

/** Undefined: they cannot be read. */
function argsOf(verb: Verb, recorded: ArgumentsEntry): unknown {
  try {
    return verb.parse(recorded)
  } catch (error) {
    if (error instanceof HubspokeError) return undefined
    throw error
  }
}

/**
 * The commands that continue a recorded run, the most useful one first: its retry, which keeps its pace; and the same
 * command again, which discovers its targets anew. None where the ledger is of several runs.
 */
export function waysOn(id: string, recorded: RecordedRun, verbs: Verbs): readonly string[] {
  if (disagreements(recorded, verbs).length > 0) return []
  const again = commandAgain(recorded, verbs)
  const {run, targets, targetsMissing} = recorded
  const canBeRetried = run !== undefined && verbs.has(run.verb) && targetsMissing === 0
  const isOpen = chooseTargets(targets, 'all').length > 0
  return [...(canBeRetried && isOpen ? [`hubspoke runs retry ${id}`] : []), ...(again === undefined ? [] : [again])]
}

function wordsOf(flags: Readonly<Record<string, FlagFacts>>, recorded: ArgumentsEntry): readonly string[] {
  return Object.entries(flags)
    .filter(([name]) => !notRepeated.includes(name))
    .flatMap(([name, flag]) => flagWords(name, flag, recorded[name]))
}
