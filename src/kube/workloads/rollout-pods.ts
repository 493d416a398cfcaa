import type {WorkloadState} from '../../model/workload.ts'
import {replicaSets} from '../answers/resource.ts'
import {someObjects} from '../answers/some-objects.ts'
import type {Api} from '../api.ts'
import {type JsonObject, objectAt, objectsAt, textAt} from '../json-fields.ts'
import {listPods} from './pod-list.ts'

/** The pods of a workload that its rollout waits for, or may wait for. */
export interface RolloutPods {
  /** Of its newest revision. */
  readonly newest: readonly JsonObject[]
  /** Of older revisions; of a Deployment only where they must end first. */
  readonly older: readonly JsonObject[]
  /** UID of the owner of its newest pods; undefined: it does not exist yet. */
  readonly maker: string | undefined
}

/** A workload has few revisions; no more than these are read. */
const maxReplicaSets = '500'

/**
 * Finds the pods of rollouts with few requests: the ReplicaSet of a Deployment is listed once per change of its
 * template, and large sets of pods are not read in full. Pods that are ready may be left out.
 */
export function createRolloutPods(api: Api): (state: WorkloadState, signal: AbortSignal) => Promise<RolloutPods> {
  const known = new Map<string, {readonly generation: number; readonly sets: ReplicaSets}>()

  async function setsOf(state: WorkloadState, signal: AbortSignal): Promise<ReplicaSets> {
    const before = known.get(state.uid)
    if (before?.generation === state.generation) return before.sets
    const sets = await readReplicaSets(api, state, signal)
    // Without a newest one, its controller may not have created it yet.
    if (sets.newest !== undefined) known.set(state.uid, {generation: state.generation, sets})
    return sets
  }

  return async (state, signal) => {
    const {kind, uid, namespace, podSelector: selector} = state
    if (selector === '') return {newest: [], older: [], maker: undefined}
    if (kind === 'Deployment') return ofDeployment(api, state, await setsOf(state, signal), signal)
    const pods = await listPods(api, {namespace, selector, expected: state.current}, signal)
    const newest = new Set((kind === 'StatefulSet' ? ofUpdateRevision : ofTemplate)(pods.filter(ownedBy(uid)), state))
    return {
      newest: pods.filter((pod) => newest.has(pod)),
      older: pods.filter((pod) => ownedBy(uid)(pod) && !newest.has(pod)),
      maker: uid,
    }
  }
}

interface ReplicaSets {
  /** UIDs of all of them. */
  readonly uids: ReadonlySet<string>
  readonly newest: {readonly uid: string; readonly hash: string} | undefined
}

/** By the revision number that the Deployment controller assigns. Only their metadata is requested. */
async function readReplicaSets(api: Api, state: WorkloadState, signal: AbortSignal): Promise<ReplicaSets> {
  const query = {labelSelector: state.podSelector, limit: maxReplicaSets}
  const question = someObjects(replicaSets, {namespace: state.namespace, query, form: 'metadata'})
  const sets = (await api.get(question, signal)).items.filter(ownedBy(state.uid))
  const revision = (set: JsonObject): number =>
    Number(textAt(objectAt(set, 'metadata', 'annotations'), 'deployment.kubernetes.io/revision')) || 0
  const [newest] = [...sets].sort((a, b) => revision(b) - revision(a))
  const uidOf = (set: JsonObject): string => textAt(objectAt(set, 'metadata'), 'uid')
  return {
    uids: new Set(sets.map(uidOf)),
    newest: newest && {uid: uidOf(newest), hash: labelOf(newest, 'pod-template-hash')},
  }
}

async function ofDeployment(
  api: Api,
  {namespace, podSelector, strategy, updated, current}: WorkloadState,
  {newest, uids}: ReplicaSets,
  signal: AbortSignal,
): Promise<RolloutPods> {
  if (newest === undefined) return {newest: [], older: [], maker: undefined}
  const {uid, hash} = newest
  const selector = hash === '' ? podSelector : `${podSelector},pod-template-hash=${hash}`
  const pods = (await listPods(api, {namespace, selector, expected: updated}, signal)).filter(ownedBy(uid))
  if (pods.length > 0 || strategy !== 'Recreate') return {newest: pods, older: [], maker: uid}
  const all = await listPods(api, {namespace, selector: podSelector, expected: current}, signal)
  return {newest: [], older: all.filter((pod) => [...uids].some((each) => ownedBy(each)(pod))), maker: uid}
}

function ownedBy(uid: string): (object: JsonObject) => boolean {
  return (object) =>
    objectsAt(objectAt(object, 'metadata'), 'ownerReferences').some((owner) => textAt(owner, 'uid') === uid)
}

function ofUpdateRevision(pods: readonly JsonObject[], {updateRevision}: WorkloadState): readonly JsonObject[] {
  return pods.filter((pod) => labelOf(pod, 'controller-revision-hash') === updateRevision)
}

/**
 * A DaemonSet does not have its newest revision's hash, but it numbers its templates, and its pods have the number
 * (`pod-template-generation`, still written by its controller). Without numbers: the youngest pod's hash.
 */
function ofTemplate(pods: readonly JsonObject[], {templateGeneration}: WorkloadState): readonly JsonObject[] {
  if (templateGeneration !== '' && pods.some((pod) => labelOf(pod, 'pod-template-generation') !== '')) {
    return pods.filter((pod) => labelOf(pod, 'pod-template-generation') === templateGeneration)
  }
  const born = (pod: JsonObject): string => textAt(objectAt(pod, 'metadata'), 'creationTimestamp')
  const [youngest] = [...pods].sort((a, b) => born(b).localeCompare(born(a)))
  const hash = youngest === undefined ? '' : labelOf(youngest, 'controller-revision-hash')
  return pods.filter((pod) => labelOf(pod, 'controller-revision-hash') === hash)
}

function labelOf(object: JsonObject, label: string): string {
  return textAt(objectAt(object, 'metadata', 'labels'), label)
}
