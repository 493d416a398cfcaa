import type {AccessQuestion} from '../../kube/ports/access-reviews.ts'
import type {ClusterAccess} from '../../kube/ports/cluster-access.ts'
import type {OnEvent} from '../../model/event.ts'
import {type Failure, HubspokeError} from '../../model/failure.ts'
import type {AccessNeed} from '../../model/permission.ts'
import type {ContextGroup} from '../../model/planned.ts'
import type {Refusals} from '../../model/proposal.ts'
import type {Target} from '../../model/target.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'
import {quoted} from '../../shared/problem.ts'
import {createSemaphore, type Semaphore} from '../../shared/semaphore.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {untilStopped} from '../../shared/until-stopped.ts'

export interface Preflighted<T extends Target = Target> {
  /** The same targets in the same order, each through a context that is allowed to act on it, where there is one. */
  readonly targets: readonly T[]
  readonly refusals: Refusals
}

export interface PreflightDeps {
  open(context: string): ClusterAccess
  readonly onEvent: OnEvent
  readonly signal: AbortSignal
  /** What the verb needs of a target; most need one thing. */
  needs(target: WorkloadTarget): readonly AccessNeed[]
}

/**
 * Asks each cluster, before the first write, whether the plan may be carried out: once per verb and kind for all
 * namespaces, only where that is denied once per namespace of the plan, and only where that is denied, too, once per target, as
 * a role may allow single objects by name. A target that its context may not act on is
 * given to another context of the same cluster that may. What no context may do is refused; a question that is not answered
 * is no refusal, the write will tell.
 *
 * Never rejects for a cluster's sake.
 */
export async function preflight(
  {targets, sameCluster}: {readonly targets: readonly WorkloadTarget[]; readonly sameCluster: readonly ContextGroup[]},
  deps: PreflightDeps,
): Promise<Preflighted<WorkloadTarget>> {
  const ask = askOnce(deps)
  const groups = new Map(sameCluster.map(({clusterUid, contexts}) => [clusterUid, contexts]))
  const routed = await Promise.all(
    targets.map(async (target): Promise<{target: WorkloadTarget; denied?: AccessNeed}> => {
      const others = groups.get(target.clusterUid)?.filter((context) => context !== target.context) ?? []
      const needs = deps.needs(target)
      const denied = await firstDenied(target, needs, ask)
      if (denied === undefined) return {target}
      for (const context of others) {
        const {server} = deps.open(context).context
        const rerouted = workloadTarget({...target, context, server})
        if ((await firstDenied(rerouted, needs, ask)) === undefined) return {target: rerouted}
      }
      return {target, denied}
    }),
  )
  return {
    targets: routed.map(({target}) => target),
    refusals: new Map(
      routed.flatMap(({target, denied}) => (denied ? [[target.key, refusal(target, denied)] as const] : [])),
    ),
  }
}

type Ask = (context: string, question: AccessQuestion) => Promise<boolean>

async function firstDenied(
  {context, namespace, name}: WorkloadTarget,
  needs: readonly AccessNeed[],
  ask: Ask,
): Promise<AccessNeed | undefined> {
  for (const {verb, group, resource} of needs) {
    const need = {verb, group, resource}
    const allowed =
      (await ask(context, need)) ||
      (await ask(context, {...need, namespace})) ||
      (await ask(context, {...need, namespace, name}))
    if (!allowed) return need
  }
  return undefined
}

/** Of one context: so many questions about single objects are asked, and so many of them at once. */
const mostNamed = 500
const namedAtOnce = 20

/**
 * Every question is asked once; a context that does not answer is named once. Questions about single
 * objects are bounded: what is beyond the bound is not refused.
 */
function askOnce(deps: PreflightDeps): Ask {
  const {onEvent} = deps
  const answers = new Map<string, Promise<boolean>>()
  const put = putTo(deps)
  const named = new Map<string, {readonly inTurn: Semaphore; asked: number}>()

  function putNamed(context: string, question: AccessQuestion): Promise<boolean> {
    const turns = named.get(context) ?? {inTurn: createSemaphore(namedAtOnce), asked: 0}
    named.set(context, turns)
    turns.asked += 1
    if (turns.asked === mostNamed + 1) {
      const why = `More than ${mostNamed} permissions by name of context ${quoted(context)}: the others were not checked; the server decides when they are written.`
      onEvent({type: 'notice', message: why})
    }
    return turns.asked > mostNamed ? Promise.resolve(true) : turns.inTurn(() => put(context, question))
  }

  return (context, question) => {
    const {verb, group, resource, namespace, name} = question
    const key = JSON.stringify([context, verb, group, resource, namespace, name])
    const answer = answers.get(key) ?? (name === undefined ? put : putNamed)(context, question)
    answers.set(key, answer)
    return answer
  }
}

function putTo({open, onEvent, signal}: PreflightDeps): Ask {
  const silent = new Set<string>()
  return async function put(context: string, question: AccessQuestion): Promise<boolean> {
    try {
      return (await untilStopped(open(context).access.mayI(question, signal), signal)) ?? true
    } catch (error) {
      if (!(error instanceof HubspokeError)) throw error
      if (!silent.has(context) && !signal.aborted) {
        silent.add(context)
        const why = `Permissions of context ${quoted(context)} could not be checked; the server decides at each write: ${error.message}`
        onEvent({type: 'notice', message: why})
      }
      return true
    }
  }
}

function refusal({context, namespace}: WorkloadTarget, {verb, group, resource}: AccessNeed): Failure {
  const [plural = '', subresource] = resource.split('/')
  const type = group === '' ? plural : `${plural}.${group}`
  const part = subresource === undefined ? '' : `/${subresource}`
  const flags = subresource === undefined ? [] : ['--subresource', subresource]
  return {
    class: 'forbidden',
    message: `Context ${quoted(context)} may not ${verb} ${type}${part} in namespace ${quoted(namespace)}.`,
    suggestions: [kubectlCommand({context}, 'auth', 'can-i', verb, type, ...flags, '-n', namespace)],
  }
}
