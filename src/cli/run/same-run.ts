import type {NamedTarget} from '../../discovery/from-file/named-target.ts'
import {cleanOptions} from '../../ledger/clean-record.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {workloadKinds} from '../../model/workload.ts'
import {isWorkloadTarget, type WorkloadTarget} from '../../model/workload-target.ts'
import {printable} from '../../shared/printable.ts'
import {quoted} from '../../shared/problem.ts'
import {countOf} from '../../shared/words.ts'
import type {Verbs} from '../../verbs/verbs.ts'

/** What a run is about: one verb, its arguments, one selection. Its pace may differ from one invocation to the next. */
export interface RunMeaning {
  readonly verb: string
  readonly args: ArgumentsEntry
  readonly options: ArgumentsEntry
}

type Value = ArgumentsEntry[string] | undefined

/** The options that select the targets, each with a form in which equal selections are equal. */
const selecting: Readonly<Record<string, (value: Value) => string>> = {
  context: (value) => listOf(value).join(','),
  group: (value) => listOf(value).join(','),
  'all-contexts': (value) => (value === true ? 'all contexts' : ''),
  namespace: (value) => listOf(value).join(','),
  kind: (value) => (listOf(value).length === 0 ? workloadKinds.toSorted() : listOf(value)).join(','),
  targets: (value) => (typeof value === 'string' ? value : ''),
  selector: (value) => (typeof value === 'string' ? value.replaceAll(/\s*,\s*/g, ',').trim() : ''),
}

/**
 * Refuses to go on with a run under another meaning: its stamp and its ledger would then stand for two runs.
 *
 * @param invocations of the run that was named, as its ledger has them
 * @throws HubspokeError of class `usage` that names every difference
 */
export function requireSameMeaning(
  id: string,
  invocations: RecordedRun['invocations'],
  asked: RunMeaning,
  verbs: Verbs,
): void {
  const cleaned = {...asked, options: cleanOptions(asked.options)} // as those of the ledger are
  const differences = [...new Set(invocations.flatMap((recorded) => differencesOf(recorded, cleaned, verbs)))]
  if (differences.length > 0) throw belongsToAnother(id, differences)
}

/**
 * The path of a targets file says nothing of its content: another file would be another selection, and what this run has begun
 * would be left as it is.
 *
 * @param begun the targets that earlier invocations of the run have planned
 * @throws HubspokeError of class `usage` that names the first target that the file does not name
 */
export function requireNamedAgain(
  id: string,
  begun: RecordedRun['targets'],
  {file, targets}: {readonly file: string; readonly targets: readonly NamedTarget[]},
): void {
  const keyOf = ({context, namespace, kind, name}: Named) => [context, namespace, kind, name].join('/')
  // Another context of the same cluster may have been used in place of the one that the file names.
  const named = new Set(targets.flatMap((target) => [keyOf(target), target.uid]))
  const isNamed = (target: WorkloadTarget) => named.has(keyOf(target)) || named.has(target.uid)
  const left = begun.flatMap(({target}) => (isWorkloadTarget(target) && !isNamed(target) ? [target] : []))
  const [first] = left
  if (first === undefined) return
  const others = left.length === 1 ? '' : ` and ${countOf(left.length - 1, 'other target')}`
  throw belongsToAnother(id, [`it has planned ${printable(first.label)}${others}, which ${file} does not name`])
}

type Named = Pick<NamedTarget, 'context' | 'namespace' | 'kind' | 'name'>

function belongsToAnother(id: string, differences: readonly string[]): HubspokeError {
  return new HubspokeError(
    'usage',
    `The run id ${id} belongs to another run: ${differences.join('; ')}. One run id stands for one verb, its arguments and one selection. Nothing was written.`,
    {
      suggestions: [
        'leave out --run-id (and unset HUBSPOKE_RUN_ID)  for a run of its own',
        `hubspoke runs show ${id}  to see that run`,
      ],
    },
  )
}

/** What the invocations in one ledger do not agree on: it is the ledger of several runs. Empty: it is of one. */
export function disagreements(
  {invocations: [first, ...others]}: Pick<RecordedRun, 'invocations'>,
  verbs: Verbs,
): readonly string[] {
  if (first === undefined) return []
  return [...new Set(others.flatMap((other) => differencesOf(first, other, verbs)))]
}

function differencesOf(recorded: RunMeaning, asked: RunMeaning, verbs: Verbs): readonly string[] {
  if (recorded.verb !== asked.verb) return [differenceOf('verb', recorded.verb, asked.verb)]
  const [argsBefore, argsNow] = [canonicalArgs(recorded, verbs), canonicalArgs(asked, verbs)]
  const ofArgs = [...new Set([...Object.keys(argsBefore), ...Object.keys(argsNow)])].flatMap((name) =>
    argsBefore[name] === argsNow[name]
      ? []
      : [differenceOf(name, spelled(recorded.args[name]), spelled(asked.args[name]))],
  )
  const ofSelection = Object.entries(selecting).flatMap(([name, key]) => {
    const [before, now] = [recorded.options[name], asked.options[name]]
    return key(before) === key(now) ? [] : [differenceOf(name, spelled(before), spelled(now))]
  })
  return [...ofArgs, ...ofSelection]
}

/** Arguments that this version cannot read are compared as they are spelled. */
function canonicalArgs({verb: name, args}: RunMeaning, verbs: Verbs): Readonly<Record<string, string>> {
  const asSpelled = () => Object.fromEntries(Object.entries(args).map(([key, value]) => [key, spelled(value)]))
  const verb = verbs.get(name)
  if (verb === undefined) return asSpelled()
  try {
    return verb.canonical(verb.parse(args))
  } catch (error) {
    if (error instanceof HubspokeError) return asSpelled()
    throw error
  }
}

function differenceOf(name: string, before: string, now: string): string {
  const word = (text: string) => (text === '' ? 'not given' : quoted(text))
  return `${name} ${word(before)} then, ${word(now)} now`
}

function spelled(value: Value): string {
  return Array.isArray(value) ? value.join(',') : value === undefined || value === null ? '' : String(value)
}

function listOf(value: Value): readonly string[] {
  const values = Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
  return [...new Set(values.flatMap((one) => one.split(',')).map((one) => one.trim()))]
    .filter((one) => one !== '')
    .sort()
}
