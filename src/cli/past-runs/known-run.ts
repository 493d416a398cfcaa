import {isClusterTarget} from '../../model/cluster-target.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {RecordedRun} from '../../model/recorded-run.ts'
import {isMark} from '../../model/run-id.ts'
import {isWorkloadTarget, type WorkloadTarget, workloadKey} from '../../model/workload-target.ts'
import {isNamespaceName, isObjectName} from '../../shared/kubernetes-name.ts'
import {printable} from '../../shared/printable.ts'
import type {Verb} from '../../verbs/verb.ts'
import type {Verbs} from '../../verbs/verbs.ts'
import {disagreements} from '../run/same-run.ts'
import {commandAgain} from './command-again.ts'

type RunRecord = NonNullable<RecordedRun['run']>

/** What is done with a past run, for the sentences that refuse it. */
export interface UseOfRun {
  /** `retried`: after "The run … cannot be". */
  readonly done: string
  /** Why this is not possible with runs of the verb, as a clause; undefined: it is. */
  refusal(verb: Verb): string | undefined
}

interface PastRun {
  readonly id: string
  readonly recorded: RecordedRun
  readonly verbs: Verbs
}

type Refuse = (because: string, suggestions: readonly string[]) => HubspokeError

/**
 * A past run with its verb.
 *
 * @throws HubspokeError of class `usage` when the ledger does not say all that has to be known
 */
export function knownRun(
  {id, recorded, verbs}: PastRun,
  {done, refusal}: UseOfRun,
): {readonly run: RunRecord; readonly verb: Verb} {
  const refuse: Refuse = (because, suggestions) => runRefused({id, done}, because, suggestions)
  const {run} = recorded
  if (recorded.isOfNewerVersion) throw refuse(newer, [`hubspoke runs show ${id}`])
  if (run === undefined) {
    throw refuse('what it was to do is not recorded', [`hubspoke runs show ${id}`])
  }
  const verb = verbs.get(run.verb)
  if (verb === undefined) {
    throw refuse(`this version of hubspoke does not know its verb "${printable(run.verb)}"`, [])
  }
  const because = refusal(verb)
  if (because !== undefined) throw refuse(because, [`hubspoke runs show ${id}`])
  requireReadable(run, verb, refuse)
  refuseUnreadableTargets(id, recorded, verb, refuse)
  refuseSeveralRuns({id, recorded, verbs}, refuse)
  refuseHalfAPlan({recorded, verbs}, refuse)
  return {run, verb}
}

const newer = 'a newer version of hubspoke wrote its ledger'

/** @param because a clause */
export function runRefused(
  {id, done}: {readonly id: string; readonly done: string},
  because: string,
  suggestions: readonly string[],
): HubspokeError {
  const message = `The run ${id} cannot be ${done}: ${because}. Nothing was written.`
  return new HubspokeError('usage', message, {suggestions})
}

/** What is not understood is not done again. */
function requireReadable({id, args, mark}: RunRecord, verb: Verb, refuse: Refuse): void {
  const unreadable = () =>
    refuse('its arguments or its mark cannot be read in its ledger', [`hubspoke runs show ${id}`])
  if (!isMark(mark)) throw unreadable()
  try {
    verb.parse(args)
  } catch (error) {
    throw error instanceof HubspokeError ? unreadable() : error
  }
}

/** No server lists a workload under such a name, and no verb has targets of another type: the ledger was changed. */
function refuseUnreadableTargets(id: string, {targets}: RecordedRun, {targetType}: Verb, refuse: Refuse): void {
  const [first] = targets.flatMap(({target}) => {
    const types = [targetType].flat()
    if (!types.includes(target.type)) return [`"${printable(target.label)}" is no ${types.join(' or ')}`]
    if (isClusterTarget(target)) return target.key === target.clusterUid ? [] : [unlikeKey(target.key)]
    return isWorkloadTarget(target) ? unreadableIn(target) : []
  })
  if (first === undefined) return
  throw refuse(`what it was to do cannot be read in its ledger: ${first}`, [`hubspoke runs show ${id}`])
}

function unreadableIn(target: WorkloadTarget): readonly string[] {
  const {namespace, name, key} = target
  return [
    ...(isNamespaceName(namespace) ? [] : [`"${printable(namespace)}" is no name of Kubernetes`]),
    ...(isObjectName(name) ? [] : [`"${printable(name)}" is no name of Kubernetes`]),
    ...(workloadKey(target) === key ? [] : [unlikeKey(key)]),
  ]
}

const unlikeKey = (key: string) => `the key "${printable(key)}" is not that of its target`

/** Earlier versions let one id be used for several runs: what one of them left would be looked for as the other's. */
function refuseSeveralRuns({id, recorded, verbs}: PastRun, refuse: Refuse): void {
  const differences = disagreements(recorded, verbs)
  if (differences.length === 0) return
  throw refuse(`its ledger is of several runs under one id (${differences.join('; ')})`, [
    `hubspoke runs show ${id}  to see the targets of all of them`,
  ])
}

/** A shorter plan than the one that was made would leave targets out in silence. */
function refuseHalfAPlan({recorded, verbs}: Omit<PastRun, 'id'>, refuse: Refuse): void {
  const {targets, targetsMissing: missing} = recorded
  if (missing === 0) return
  const again = commandAgain(recorded, verbs)
  const known = `its ledger names only ${targets.length} of the ${targets.length + missing} targets that it had planned`
  throw refuse(known, again === undefined ? [] : [`${again}  to find all of them again, under the same id`])
}
