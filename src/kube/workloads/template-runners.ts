import {HubspokeError} from '../../model/failure.ts'
import type {Owner} from '../../model/owner.ts'
import type {WorkloadIdentity} from '../../model/workload.ts'
import {apiPath} from '../answers/api-path.ts'
import {kindProblem} from '../answers/object-problem.ts'
import {type Question, Unexpected} from '../answers/question.ts'
import type {Resource} from '../answers/resource.ts'
import {someObjects} from '../answers/some-objects.ts'
import type {Api} from '../api.ts'
import {type JsonObject, objectAt, objectOf, objectsAt, textAt} from '../json-fields.ts'
import {readWorkload} from './read-workload.ts'
import {ownerOf} from './tool-owners.ts'

const rollouts: Resource = {
  ...{group: 'argoproj.io', version: 'v1alpha1', plural: 'rollouts', kind: 'Rollout', scope: 'namespace'},
}

/** A namespace has few Rollouts; no more than these are read. */
const limit = '500'

/** The API groups of a server. Every authenticated user may list them (`system:discovery`). */
const apiGroups: Question<readonly string[]> = {
  path: apiPath(['apis']),
  about: {mayMiss: []},
  read(body) {
    const {kind, groups} = objectOf(body)
    if (kind !== 'APIGroupList' || !Array.isArray(groups)) {
      return new Unexpected(kindProblem(body, rollouts, 'APIGroupList') ?? 'it has no groups')
    }
    return objectsAt(body, 'groups').map((group) => textAt(group, 'name'))
  },
}

/**
 * Finds the tool that runs the pods of a Deployment that has none itself: a Rollout of Argo Rollouts that refers to it, or
 * Flagger, whose `NAME-primary` belongs to a Canary. `unknown`: it could not be read, and there may be one. Undefined: none.
 *
 * Takes a request for `NAME-primary`; where the cluster has Rollouts, one more per namespace; and one per cluster to find that out.
 */
export function createTemplateRunners(
  api: Api,
): (workload: WorkloadIdentity, signal: AbortSignal) => Promise<Owner | 'unknown' | undefined> {
  const lists = new Map<string, Promise<readonly JsonObject[]>>()
  let groups: Promise<readonly string[]> | undefined

  async function listRollouts(namespace: string, signal: AbortSignal): Promise<readonly JsonObject[]> {
    groups ??= api.get(apiGroups, signal)
    if (!(await groups).includes(rollouts.group)) return []
    return (await api.get(someObjects(rollouts, {namespace, query: {limit}}), signal)).items
  }

  async function rolloutOf({namespace, name}: WorkloadIdentity, signal: AbortSignal): Promise<Owner | undefined> {
    const list = lists.get(namespace) ?? listRollouts(namespace, signal)
    lists.set(namespace, list)
    const found = (await list).find((rollout) => refersTo(objectAt(rollout, 'spec', 'workloadRef'), name))
    return found && ownerOf('argo-rollouts', 'Rollout', namespace, textAt(objectAt(found, 'metadata'), 'name'))
  }

  async function canaryOf(workload: WorkloadIdentity, signal: AbortSignal): Promise<Owner | undefined> {
    const primary = await readWorkload(api, {...workload, name: `${workload.name}-primary`}, signal)
    const {owner, namespace} = primary ?? {}
    return owner?.kind === 'Canary' ? ownerOf('flagger', 'Canary', namespace, owner.name) : undefined
  }

  return async (workload, signal) => {
    const answers = await Promise.all([known(rolloutOf(workload, signal)), known(canaryOf(workload, signal))])
    return answers.find((one) => typeof one === 'object') ?? answers.find((one) => one === 'unknown')
  }
}

function refersTo({kind, name}: JsonObject, deployment: string): boolean {
  return kind === 'Deployment' && name === deployment
}

async function known(answer: Promise<Owner | undefined>): Promise<Owner | 'unknown' | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof HubspokeError) return 'unknown'
    throw error
  }
}
