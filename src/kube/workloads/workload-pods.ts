import type {WorkloadIdentity} from '../../model/workload.ts'
import {oneObject} from '../answers/object-question.ts'
import {readList} from '../answers/read-list.ts'
import {pods as podResource, replicaSets as replicaSetResource} from '../answers/resource.ts'
import {unlessMissing} from '../answers/unless-missing.ts'
import type {Api} from '../api.ts'
import {type JsonObject, numberAt, objectAt, objectsAt, stringsOf, textAt} from '../json-fields.ts'
import {workloadResources} from './workload-resources.ts'

/**
 * The pods of the newest revision of a workload: those that its rollout waits for. The workload is read for its selector,
 * which `WorkloadState` does not hold.
 */
export async function newestPods(
  api: Api,
  workload: WorkloadIdentity,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const object = await objectOfWorkload(api, workload, signal)
  if (uidOf(object) !== workload.uid) return []
  const selector = toSelector(objectAt(object, 'spec', 'selector'))
  if (selector === '') return []
  const {namespace} = workload
  if (workload.kind !== 'Deployment') {
    const pods = await podsOf(api, {namespace, selector, owner: workload.uid}, signal)
    return workload.kind === 'StatefulSet' ? ofUpdateRevision(pods, object) : ofTemplateGeneration(pods, object)
  }
  const query = {labelSelector: selector}
  const replicaSets = await readList(api, replicaSetResource, {namespace, query}, signal)
  const newest = newestReplicaSet(replicaSets.filter((item) => isOwnedBy(item, workload.uid)))
  if (newest === undefined) return []
  const {uid, hash} = newest
  const ofRevision = hash === '' ? selector : `${selector},pod-template-hash=${hash}`
  return podsOf(api, {namespace, selector: ofRevision, owner: uid}, signal)
}

/**
 * Pods of a StatefulSet that keep it from replacing any: of another revision than its newest and not ready, while it waits
 * for its pods in order (kubernetes.io, "Forced rollback" of StatefulSets).
 */
export async function stuckPods(
  api: Api,
  workload: WorkloadIdentity,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  if (workload.kind !== 'StatefulSet') return []
  const object = await objectOfWorkload(api, workload, signal)
  const spec = objectAt(object, 'spec')
  const selector = toSelector(objectAt(spec, 'selector'))
  const isCurrent = numberAt(objectAt(object, 'status'), 'observedGeneration') >= generationOf(object)
  const inOrder = textAt(spec, 'podManagementPolicy') !== 'Parallel'
  if (!isCurrent || !inOrder || selector === '' || uidOf(object) !== workload.uid) return []
  const pods = await podsOf(api, {namespace: workload.namespace, selector, owner: workload.uid}, signal)
  const newest = new Set(ofUpdateRevision(pods, object))
  return pods.filter((pod) => !newest.has(pod) && !isReady(pod) && !isBeingDeleted(pod))
}

/** Undefined: there is no workload of this name any more. */
function objectOfWorkload(
  api: Api,
  {kind, namespace, name}: WorkloadIdentity,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  return unlessMissing(api.get(oneObject(workloadResources[kind], {namespace, name}), signal))
}

const uidOf = (object: unknown) => textAt(objectAt(object, 'metadata'), 'uid')
const generationOf = (object: unknown) => numberAt(objectAt(object, 'metadata'), 'generation')
const isBeingDeleted = (pod: JsonObject) => textAt(objectAt(pod, 'metadata'), 'deletionTimestamp') !== ''
const isReady = (pod: JsonObject) =>
  objectsAt(objectAt(pod, 'status'), 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  )

interface PodQuestion {
  readonly namespace: string
  readonly selector: string
  readonly owner: string
}

async function podsOf(
  api: Api,
  {namespace, selector, owner}: PodQuestion,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const pods = await readList(api, podResource, {namespace, query: {labelSelector: selector}}, signal)
  return pods.filter((pod) => isOwnedBy(pod, owner))
}

function isOwnedBy(object: JsonObject, uid: string): boolean {
  return objectsAt(objectAt(object, 'metadata'), 'ownerReferences').some((owner) => textAt(owner, 'uid') === uid)
}

/** By the revision that the Deployment controller numbers them with. */
function newestReplicaSet(replicaSets: readonly JsonObject[]): {uid: string; hash: string} | undefined {
  const revision = (set: JsonObject): number =>
    Number(textAt(objectAt(set, 'metadata', 'annotations'), 'deployment.kubernetes.io/revision')) || 0
  const [newest] = [...replicaSets].sort((a, b) => revision(b) - revision(a))
  if (newest === undefined) return undefined
  return {
    uid: textAt(objectAt(newest, 'metadata'), 'uid'),
    hash: textAt(objectAt(newest, 'metadata', 'labels'), 'pod-template-hash'),
  }
}

function ofUpdateRevision(pods: readonly JsonObject[], object: unknown): readonly JsonObject[] {
  const revision = textAt(objectAt(object, 'status'), 'updateRevision')
  return pods.filter((pod) => labelOf(pod, 'controller-revision-hash') === revision)
}

/**
 * A DaemonSet does not tell its newest revision's hash, but it numbers its templates, and its pods carry the number
 * (`deprecated.daemonset.template.generation`, still written by its controller). Without numbers: the youngest pod's hash.
 */
function ofTemplateGeneration(pods: readonly JsonObject[], object: unknown): readonly JsonObject[] {
  const generation = textAt(objectAt(object, 'metadata', 'annotations'), 'deprecated.daemonset.template.generation')
  if (generation !== '' && pods.some((pod) => labelOf(pod, 'pod-template-generation') !== '')) {
    return pods.filter((pod) => labelOf(pod, 'pod-template-generation') === generation)
  }
  const born = (pod: JsonObject): string => textAt(objectAt(pod, 'metadata'), 'creationTimestamp')
  const [youngest] = [...pods].sort((a, b) => born(b).localeCompare(born(a)))
  const hash = youngest === undefined ? '' : labelOf(youngest, 'controller-revision-hash')
  return pods.filter((pod) => labelOf(pod, 'controller-revision-hash') === hash)
}

function labelOf(pod: JsonObject, label: string): string {
  return textAt(objectAt(pod, 'metadata', 'labels'), label)
}

/** A `LabelSelector` as the query parameter that means the same. */
export function toSelector(selector: JsonObject): string {
  const labels = Object.entries(stringsOf(objectAt(selector, 'matchLabels'))).map(([key, value]) => `${key}=${value}`)
  return [...labels, ...objectsAt(selector, 'matchExpressions').map(toRequirement)].join(',')
}

function toRequirement(expression: JsonObject): string {
  const key = textAt(expression, 'key')
  const values = Array.isArray(expression.values) ? expression.values.join(',') : ''
  switch (textAt(expression, 'operator')) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}
