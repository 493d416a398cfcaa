import {apiTime} from '../objects/metadata.ts'
import type {Condition, ContainerFields, ContainerStatus, Pod} from './workload-types.ts'

type Status = Pod['status']
type State = ContainerStatus['state']

/** The state of the containers of a pod, in the words of the kubelet. */
export interface PodPicture {
  readonly phase: 'Pending' | 'Running'
  readonly node: {readonly hostIp: string; readonly podIp: string | undefined}
  /** All main containers are ready. */
  readonly ready: boolean
  state(container: ContainerFields): State
  readonly lastState?: object
  readonly restarts?: number
}

/** The status of a pod on its node. Conditions keep the time of their transition while they last. */
export function pictured(pod: Pod, picture: PodPicture, now: Date): Status {
  const {phase, node, ready, lastState = {}, restarts = 0} = picture
  const time = apiTime(now)
  const {containers, initContainers = []} = pod.spec
  const isInitialized = phase === 'Running' || initContainers.length === 0
  const unready = containers.map(({name}) => name)
  const why = ready
    ? {}
    : {reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]`}
  const conditions = [
    {type: 'PodReadyToStartContainers', status: truth(phase === 'Running')},
    {type: 'Initialized', status: truth(isInitialized)},
    {type: 'Ready', status: truth(ready), ...why},
    {type: 'ContainersReady', status: truth(ready), ...why},
    {type: 'PodScheduled', status: 'True' as const},
  ]
  return {
    observedGeneration: pod.metadata.generation ?? 1,
    phase,
    conditions: conditions.map((condition) => since(condition, pod.status.conditions ?? [], time)),
    hostIP: node.hostIp,
    hostIPs: [{ip: node.hostIp}],
    ...(node.podIp === undefined ? {} : {podIP: node.podIp, podIPs: [{ip: node.podIp}]}),
    startTime: pod.status.startTime ?? time,
    ...(initContainers.length === 0
      ? {}
      : {initContainerStatuses: initContainers.map((each) => initStatus(each, isInitialized, time))}),
    containerStatuses: containers.map((container) => {
      const state = picture.state(container)
      return {
        name: container.name,
        state,
        lastState,
        ready,
        restartCount: restarts,
        image: container.image,
        imageID: ready ? imageId(container.image) : '',
        // Without a startup probe, a running container has started.
        started: state.running !== undefined,
      }
    }),
    qosClass: 'BestEffort',
  }
}

function initStatus(container: ContainerFields, isDone: boolean, time: string): ContainerStatus {
  const isSidecar = container.restartPolicy === 'Always'
  const done: State = isSidecar
    ? {running: {startedAt: time}}
    : {terminated: {exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time}}
  return {
    name: container.name,
    state: isDone ? done : {waiting: {reason: 'PodInitializing'}},
    lastState: {},
    ready: isDone,
    restartCount: 0,
    image: container.image,
    imageID: isDone ? imageId(container.image) : '',
    started: isDone && isSidecar,
  }
}

/** The status of a pod that fits no node. */
export function unschedulable(pod: Pod, message: string, now: Date): Status {
  const condition = {
    type: 'PodScheduled',
    status: 'False' as const,
    reason: 'Unschedulable',
    message,
  }
  return {...pod.status, conditions: [since(condition, pod.status.conditions ?? [], apiTime(now))]}
}

/** In the words of the scheduler: the nodes have no room, or taints that the pod does not tolerate. */
export function unschedulableMessage(nodes: number, why: 'full' | 'tainted'): string {
  const available = `0/${nodes} nodes are available:`
  if (nodes === 0) return 'no nodes available to schedule pods'
  if (why === 'tainted') {
    return `${available} ${nodes} node(s) had untolerated taint(s). no new claims to deallocate, preemption: ${available} ${nodes} Preemption is not helpful for scheduling.`
  }
  return `${available} ${nodes} Insufficient cpu. preemption: ${available} ${nodes} No preemption victims found for incoming pod.`
}

function truth(value: boolean): 'True' | 'False' {
  return value ? 'True' : 'False'
}

function since(next: Omit<Condition, 'lastTransitionTime'>, before: readonly Condition[], time: string): Condition {
  const known = before.find(({type, status}) => type === next.type && status === next.status)
  const {type, status, ...why} = next
  return {type, status, lastTransitionTime: known?.lastTransitionTime ?? time, ...why}
}

function imageId(image: string): string {
  return image.includes('@') ? image : `${image.replace(/:[^/:]+$/, '')}@sha256:${fakeDigest(image)}`
}

/** 64 digits that depend only on the image. */
function fakeDigest(text: string): string {
  let state = 0x9e3779b9
  const words = Array.from({length: 8}, (_, index) => {
    for (const char of `${index}${text}`) state = Math.imul(state ^ char.charCodeAt(0), 0x85ebca6b) >>> 0
    return state.toString(16).padStart(8, '0')
  })
  return words.join('')
}

/** Why a pull fails, in the words of containerd as the kubelet reports them. */
export function pullError(image: string, why: 'not-found' | 'unavailable' | 'denied' = 'not-found'): string {
  const [path = '', tag = 'latest'] = image.split(/:(?=[^/]*$)/)
  const [host = '', ...rest] = path.split('/')
  const repository = rest.join('/')
  const said = {
    'not-found': ['NotFound', `${image}: not found`],
    unavailable: [
      'Unknown',
      `unexpected status from HEAD request to https://${host}/v2/${repository}/manifests/${tag}: 503 Service Unavailable`,
    ],
    denied: ['Unknown', `failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden`],
  } as const
  const [code, reason] = said[why]
  return `rpc error: code = ${code} desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${reason}`
}
