import {createHash} from 'node:crypto'
import type {
  ContainerImage,
  WorkloadCondition,
  WorkloadImages,
  WorkloadKind,
  WorkloadState,
} from '../../model/workload.ts'
import {externalText} from '../../shared/external-text.ts'
import {
  type JsonObject,
  numberAt,
  objectAt,
  objectOf,
  objectsAt,
  sentenceAt,
  stringsOf,
  textAt,
  textsAt,
} from '../json-fields.ts'
import {toSelector} from './pod-selector.ts'
import {templateWriters} from './template-writers.ts'
import {workloadOwner} from './workload-owner.ts'

/** The annotation of a pod template that `kubectl rollout restart` sets. */
export const restartedAtAnnotation = 'kubectl.kubernetes.io/restartedAt'

/** The annotation that `kubectl rollout history` shows of each revision. */
const changeCauseAnnotation = 'kubernetes.io/change-cause'

/** The default of a pod whose template has none (kubernetes.io, PodSpec). */
const defaultGraceSeconds = 30

/** A DaemonSet does not have its newest revision's hash, but its controller still numbers its templates here. */
const templateGenerationKey = 'deprecated.daemonset.template.generation'

/** `progressDeadlineSeconds` that means "no deadline" (k8s.io/kubectl, deploymentutil.HasProgressDeadline). */
const noDeadlineSeconds = 2_147_483_647

/** The part of an object of the API that a list keeps. Missing fields read as empty; it never throws. */
export function toWorkloadImages(kind: WorkloadKind, object: unknown): WorkloadImages {
  const metadata = objectAt(object, 'metadata')
  return {
    kind,
    namespace: textAt(metadata, 'namespace'),
    name: textAt(metadata, 'name'),
    uid: textAt(metadata, 'uid'),
    images: podTemplateImages(objectAt(object, 'spec', 'template', 'spec')),
  }
}

/** The state of an object of the API that its rollout is judged by. Missing fields read as the API's own defaults; it never throws. */
export function toWorkloadState(kind: WorkloadKind, object: unknown): WorkloadState {
  const metadata = objectAt(object, 'metadata')
  const spec = objectAt(object, 'spec')
  const status = objectAt(object, 'status')
  return {
    ...toWorkloadImages(kind, object),
    resourceVersion: textAt(metadata, 'resourceVersion'),
    generation: numberAt(metadata, 'generation'),
    observedGeneration: numberAt(status, 'observedGeneration'),
    restartedAt: textAt(objectAt(spec, 'template', 'metadata', 'annotations'), restartedAtAnnotation) || undefined,
    changeCause: textAt(objectAt(metadata, 'annotations'), changeCauseAnnotation) || undefined,
    templateDigest: templateDigest(objectAt(spec, 'template')),
    imagelessDigest: templateDigest(withoutImages(objectAt(spec, 'template'))),
    ownAnnotations: ownAnnotations(metadata),
    paused: kind === 'Deployment' && spec.paused === true,
    strategy: strategyOf(kind, spec),
    partition: kind === 'StatefulSet' ? numberAt(objectAt(spec, 'updateStrategy', 'rollingUpdate'), 'partition') : 0,
    ...podCounts(kind, spec, status),
    currentRevision: kind === 'StatefulSet' ? textAt(status, 'currentRevision') : '',
    updateRevision: kind === 'StatefulSet' ? textAt(status, 'updateRevision') : '',
    conditions: objectsAt(status, 'conditions').map(toCondition),
    progressDeadlineMs: progressDeadlineMs(kind, spec),
    minReadyMs: secondsAt(spec, 'minReadySeconds', 0),
    gracePeriodMs: secondsAt(objectAt(spec, 'template', 'spec'), 'terminationGracePeriodSeconds', defaultGraceSeconds),
    podSelector: toSelector(objectAt(spec, 'selector')),
    inOrder: kind === 'StatefulSet' && textAt(spec, 'podManagementPolicy') !== 'Parallel',
    templateGeneration: kind === 'DaemonSet' ? textAt(objectAt(metadata, 'annotations'), templateGenerationKey) : '',
    deletedAt: sentenceAt(metadata, 'deletionTimestamp') || undefined,
    finalizers: textsAt(metadata, 'finalizers').map((finalizer) => externalText(finalizer)),
    owner: workloadOwner(kind, object),
    templateWriters: templateWriters(object),
  }
}

/** The server writes fields in one order. An empty map of annotations makes no difference. */
function templateDigest({metadata, ...template}: JsonObject): string {
  const {annotations, ...others} = objectOf(metadata)
  const {[restartedAtAnnotation]: _, ...kept} = stringsOf(annotations)
  return createHash('sha256')
    .update(JSON.stringify([template, others, kept]))
    .digest('hex')
}

function withoutImages(template: JsonObject): JsonObject {
  const spec = objectAt(template, 'spec')
  const imageless = (list: string) => objectsAt(spec, list).map((one) => ({...objectOf(one), image: null}))
  const lists = {containers: imageless('containers'), initContainers: imageless('initContainers')}
  return {...template, spec: {...spec, ...lists}}
}

function ownAnnotations(metadata: JsonObject): Readonly<Record<string, string>> {
  const annotations = Object.entries(stringsOf(objectAt(metadata, 'annotations')))
  return Object.fromEntries(annotations.filter(([name]) => name.startsWith('hubspoke.dev/')))
}

/** The containers of a pod spec that have an image. */
export function podTemplateImages(podSpec: JsonObject): readonly ContainerImage[] {
  const containers = objectsAt(podSpec, 'containers').map((container) => toContainerImage(container, 'container'))
  const initContainers = objectsAt(podSpec, 'initContainers').map((container) =>
    toContainerImage(container, textAt(container, 'restartPolicy') === 'Always' ? 'sidecar' : 'init'),
  )
  return [...containers, ...initContainers].filter(({image}) => image !== '')
}

function toContainerImage(container: JsonObject, role: ContainerImage['role']): ContainerImage {
  return {container: textAt(container, 'name'), image: textAt(container, 'image'), role}
}

function strategyOf(kind: WorkloadKind, spec: JsonObject): WorkloadState['strategy'] {
  const type = textAt(objectAt(spec, kind === 'Deployment' ? 'strategy' : 'updateStrategy'), 'type')
  return type === 'Recreate' || type === 'OnDelete' ? type : 'RollingUpdate'
}

type PodCounts = Pick<WorkloadState, 'wanted' | 'current' | 'updated' | 'ready' | 'available'>

function podCounts(kind: WorkloadKind, spec: JsonObject, status: JsonObject): PodCounts {
  if (kind === 'DaemonSet') {
    return {
      wanted: numberAt(status, 'desiredNumberScheduled'),
      current: numberAt(status, 'currentNumberScheduled'),
      updated: numberAt(status, 'updatedNumberScheduled'),
      ready: numberAt(status, 'numberReady'),
      available: numberAt(status, 'numberAvailable'),
    }
  }
  return {
    wanted: numberAt(spec, 'replicas', 1),
    current: numberAt(status, 'replicas'),
    updated: numberAt(status, 'updatedReplicas'),
    ready: numberAt(status, 'readyReplicas'),
    available: numberAt(status, 'availableReplicas'),
  }
}

function progressDeadlineMs(kind: WorkloadKind, spec: JsonObject): number | undefined {
  const seconds = kind === 'Deployment' ? numberAt(spec, 'progressDeadlineSeconds') : 0
  return seconds > 0 && seconds !== noDeadlineSeconds ? believedMs(seconds) : undefined
}

/** Whole seconds of a spec in milliseconds; an invalid number reads as `otherwise`. */
function secondsAt(spec: JsonObject, key: string, otherwise: number): number {
  return believedMs(Math.max(0, numberAt(spec, key, otherwise)))
}

/** The longest wait that a spec can cause: a day. */
function believedMs(seconds: number): number {
  return Math.min(seconds, 86_400) * 1000
}

function toCondition(condition: unknown): WorkloadCondition {
  const object = objectOf(condition)
  return {
    type: textAt(object, 'type'),
    status: textAt(object, 'status'),
    reason: sentenceAt(object, 'reason'),
    message: sentenceAt(object, 'message'),
  }
}
