import {parseImageQuery} from '../../discovery/image/image-query.ts'
import {isProblem, quoted} from '../../discovery/problem.ts'
import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {workloadKinds} from '../../model/workload.ts'

/** What a run is about: one verb, one image, one selection. Its pace may differ from one invocation to the next. */
export interface RunMeaning {
  readonly verb: string
  readonly arguments: ArgumentsEntry
}

type Value = ArgumentsEntry[string] | undefined

/** The arguments that choose the targets, each with a form in which equal choices are equal. */
const choosing: Readonly<Record<string, (value: Value) => string>> = {
  image: (value) => imageKey(typeof value === 'string' ? value : ''),
  context: (value) => listOf(value).join(','),
  group: (value) => listOf(value).join(','),
  'all-contexts': (value) => (value === true ? 'all contexts' : ''),
  namespace: (value) => listOf(value).join(','),
  kind: (value) => (listOf(value).length === 0 ? workloadKinds.toSorted() : listOf(value)).join(','),
  selector: (value) => (typeof value === 'string' ? value.replaceAll(/\s*,\s*/g, ',').trim() : ''),
}

/**
 * Refuses to go on with a run under another meaning: its stamp and its ledger would then stand for two runs.
 *
 * @param invocations of the run that was named, as its ledger has them
 * @throws HubspokeError of class `usage` that names every difference
 */
export function requireSameMeaning(id: string, invocations: RecordedRun['invocations'], asked: RunMeaning): void {
  const differences = [...new Set(invocations.flatMap((recorded) => differencesOf(recorded, asked)))]
  if (differences.length === 0) return
  throw new HubspokeError(
    'usage',
    `The run id ${id} belongs to another run: ${differences.join('; ')}. One run id stands for one verb, one image and one selection. Nothing was written.`,
    {
      suggestions: [
        'leave out --run-id (and unset HUBSPOKE_RUN_ID)  for a run of its own',
        `hubspoke runs show ${id}  to see that run`,
      ],
    },
  )
}

/** What the invocations in one ledger do not agree on: it is the ledger of several runs. Empty: it is of one. */
export function disagreements({invocations: [first, ...others]}: Pick<RecordedRun, 'invocations'>): readonly string[] {
  if (first === undefined) return []
  return [...new Set(others.flatMap((other) => differencesOf(first, other)))]
}

function differencesOf(recorded: RunMeaning, asked: RunMeaning): readonly string[] {
  const verbs = recorded.verb === asked.verb ? [] : [differenceOf('verb', recorded.verb, asked.verb)]
  const others = Object.entries(choosing).flatMap(([name, key]) => {
    const [before, now] = [recorded.arguments[name], asked.arguments[name]]
    return key(before) === key(now) ? [] : [differenceOf(name, spelled(before), spelled(now))]
  })
  return [...verbs, ...others]
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

/** The same for every spelling of one query. */
function imageKey(text: string): string {
  const query = parseImageQuery(text)
  if (isProblem(query)) return text
  const {repository, tag, digest} = query
  return JSON.stringify([repository?.domain, repository?.path, tag, digest])
}
