import type {ClusterReading, DroppedMatch, WorkloadMatch} from '../../model/cluster.ts'
import type {Failure} from '../../model/failure.ts'
import type {Planned} from '../../model/planned.ts'
import type {SpokeResult} from '../../model/result.ts'
import {workloadName} from '../../model/workload.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {sameClusters, traitsOf} from '../plan/plan-targets.ts'
import {contextExclusion, type LeftOut, type Part, unreadExclusion} from './choose-part.ts'
import type {NamedTarget, NamedTargets} from './named-target.ts'
import {notesOn} from './notes.ts'
import {type Reached, wayTo} from './way-to.ts'

/**
 * The targets of a file as a plan, in the order of the file, each once. What is no target any more (it is gone, was
 * recreated, or runs another image), or could not be read, has its result already, or is excluded: each target of the file
 * is accounted for.
 */
export function planNamed(readings: readonly ClusterReading[], request: NamedTargets, part: Part): Planned {
  const targets = new Map<string, WorkloadTarget>()
  const ended = new Map<string, SpokeResult<WorkloadTarget>>()
  const leftOut: LeftOut[] = [...part.leftOut]
  const lookUp = createLookUp(readings)
  for (const named of part.targets) {
    const way = wayTo(named, readings)
    const problem = readings.find(({context}) => context.name === named.context)?.problem
    const found = way && lookUp(way, named)
    const exclusion = found === undefined ? exclusionOf(named, way !== undefined || problem !== undefined) : undefined
    if (exclusion !== undefined) leftOut.push({target: named, ...exclusion})
    else if (way && found && 'matched' in found) {
      const target = foundTarget(way, found)
      targets.set(target.key, targets.get(target.key) ?? target)
    } else {
      const target = namedTarget(named, way)
      ended.set(target.key, endOf(target, {named, way, found, problem}))
    }
  }
  const unreached = [...ended.values()]
  return {
    targets: [...targets.values()],
    traits: traitsOf(readings),
    unreached,
    excluded: leftOut.map(({target, reason, include}) => ({target: namedTarget(target, undefined), reason, include})),
    notes: notesOn(request.file, part.targets, unreached),
    sameCluster: sameClusters(readings),
  }
}

/** Why a target without an answer has no result. Undefined: it has one. */
function exclusionOf({uid}: NamedTarget, wasTried: boolean): Omit<LeftOut, 'target'> | undefined {
  if (!wasTried) return contextExclusion
  return uid === undefined ? unreadExclusion : undefined
}

/** What a context has answered about a target; undefined: it could not be read. */
function createLookUp(readings: readonly ClusterReading[]) {
  const answers = new Map(
    readings.map(({context, matches, dropped = []}) => [
      context.name,
      new Map([...matches, ...dropped].map((one): [string, WorkloadMatch | DroppedMatch] => [workloadName(one), one])),
    ]),
  )
  return ({context}: Reached, named: NamedTarget) => answers.get(context.name)?.get(workloadName(named))
}

function foundTarget({context, identity}: Reached, {kind, namespace, name, uid, matched}: WorkloadMatch) {
  const place = {clusterUid: identity.uid, context: context.name, server: context.server}
  return workloadTarget({...place, kind, namespace, name, uid, matched})
}

/** As far as the file tells: what is not known is empty. */
function namedTarget(
  {context, clusterUid = '', uid = '', kind, namespace, name}: NamedTarget,
  way: Reached | undefined,
) {
  const place = way
    ? {clusterUid: way.identity.uid, context: way.context.name, server: way.context.server}
    : {clusterUid, context, server: ''}
  return workloadTarget({...place, kind, namespace, name, uid, matched: []})
}

interface Ending {
  readonly named: NamedTarget
  readonly way: Reached | undefined
  /** Undefined: it could not be read. */
  readonly found: WorkloadMatch | DroppedMatch | undefined
  readonly problem: Failure | undefined
}

function endOf(target: WorkloadTarget, {named, way, found, problem}: Ending): SpokeResult<WorkloadTarget> {
  const common = {target, attempts: 0, durationMs: 0}
  switch (found && 'why' in found ? found.why : undefined) {
    case 'gone':
      return {...common, outcome: 'skipped', reason: 'it no longer exists'}
    case 'runs another image':
      return {...common, outcome: 'skipped', reason: 'it no longer runs the image'}
    case 'recreated': {
      const failure = recreated(target)
      return {...common, outcome: 'skipped', reason: failure.message, failure}
    }
    default: {
      const failure = problem ?? unreadPart(way, named)
      return {...common, outcome: 'not-run', reason: `not started: ${failure.message}`, failure}
    }
  }
}

function unreadPart(way: Reached | undefined, {kind, namespace, name}: NamedTarget): Failure {
  const part = way?.unread.find((one) => one.kind === kind && one.namespace === namespace)
  if (part === undefined) throw new Error(`${name} was not read`)
  return part.failure
}

function recreated(target: WorkloadTarget): Failure {
  return {
    class: 'recreated',
    message: 'it was deleted and created again since the file was written: its UID is another one',
    suggestions: [kubectlCommand(target, 'get', `${target.kind.toLowerCase()}/${target.name}`)],
  }
}
