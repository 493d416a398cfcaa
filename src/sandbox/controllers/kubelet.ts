import {apiTime} from '../objects/metadata.ts'
import {nodes, pods} from '../objects/resources.ts'
import type {Fault, PodFaults} from './pod-faults.ts'
import {type PodPicture, pictured, pullError} from './pod-status.ts'
import {type Simulation, writeStatus} from './simulation.ts'
import type {ContainerFields, Pod} from './workload-types.ts'

/** The kubelet's first wait before a retry, and the longest; it doubles in between. */
const backoff = {firstMs: 10_000, longestMs: 300_000}

/** Runs the pods of every node of a cluster: starts them, lets them fail, ends them. */
export class Kubelet {
  readonly #simulation: Simulation
  readonly #faultOf: (pod: Pod) => Fault | undefined
  readonly #isLost: PodFaults['isLost']
  /** By UID: the next step of each pod in transition; only one is ever due. */
  readonly #steps = new Map<string, () => void>()
  #addresses = 0

  /** @param faultOf the fault of a pod at the time of the call */
  constructor(simulation: Simulation, {faultOf, isLost}: PodFaults) {
    this.#simulation = simulation
    this.#faultOf = faultOf
    this.#isLost = isLost
  }

  /** Starts a pod that was just assigned to its node. */
  receive(pod: Pod): void {
    const reason = pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating'
    this.#paint(pod, {phase: 'Pending', ready: false, state: () => ({waiting: {reason}})})
    this.retry(pod)
  }

  /** Restarts the pod's containers, in the time of a start. */
  retry(pod: Pod): void {
    this.#next(pod, this.#simulation.pace.podStartMs, (still) => this.#start(still))
  }

  /** Ends the pod, in the time of an end. */
  stop(pod: Pod): void {
    for (const {name} of pod.spec.containers) this.#tell(pod, 'Killing', `Stopping container ${name}`)
    this.#next(pod, this.#simulation.pace.podStopMs, ({metadata}) => {
      this.#simulation.registry.delete(pods, metadata.namespace, metadata.name, {gracePeriodSeconds: 0})
    })
  }

  #start(pod: Pod): void {
    const fault = this.#faultOf(pod)
    if (fault?.kind === 'unattached') this.#waitForVolume(pod)
    else if (fault?.kind === 'unpullable') this.#failPull(pod, fault, 0)
    else if (fault?.kind === 'crash-loop') this.#crash(pod, 0)
    else this.#run(pod, fault === undefined)
  }

  #run(pod: Pod, ready: boolean): void {
    for (const {name, image} of pod.spec.containers) {
      this.#tell(pod, 'Pulled', `Container image "${image}" already present on machine`)
      this.#tell(pod, 'Created', `Created container: ${name}`)
      this.#tell(pod, 'Started', `Started container ${name}`)
    }
    const startedAt = apiTime(this.#simulation.clock.date())
    this.#paint(pod, {phase: 'Running', ready, state: () => ({running: {startedAt}})})
    if (!ready) this.#warn(pod, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')
  }

  /** Its status stays unchanged: the controller that attaches volumes only writes an Event. */
  #waitForVolume(pod: Pod): void {
    this.#simulation.record(pods, pod, {
      type: 'Warning',
      reason: 'FailedAttachVolume',
      message: 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) on another node',
      component: 'attachdetach-controller',
    })
    this.#next(pod, backoff.firstMs, (still) => this.#start(still))
  }

  #failPull(pod: Pod, fault: Fault & {kind: 'unpullable'}, tries: number): void {
    const error = pullError(fault.image, fault.why)
    const wait = (reason: string, message: string) => (container: ContainerFields) =>
      container.name === fault.container ? {waiting: {reason, message}} : {waiting: {reason: 'PodInitializing'}}
    this.#tell(pod, 'Pulling', `Pulling image "${fault.image}"`)
    this.#warn(pod, 'Failed', `Failed to pull image "${fault.image}": ${error}`)
    this.#warn(pod, 'Failed', 'Error: ErrImagePull')
    this.#paint(pod, {phase: 'Pending', ready: false, state: wait('ErrImagePull', error)})
    this.#next(pod, this.#simulation.pace.podStartMs, (still) => {
      const message = `Back-off pulling image "${fault.image}"`
      this.#tell(still, 'BackOff', message)
      this.#warn(still, 'Failed', 'Error: ImagePullBackOff')
      const state = wait('ImagePullBackOff', `${message}: ErrImagePull: ${error}`)
      this.#paint(still, {phase: 'Pending', ready: false, state})
      this.#next(still, backoffMs(tries), (again) => {
        const now = this.#faultOf(again)
        if (now?.kind === 'unpullable') this.#failPull(again, now, tries + 1)
        else this.#start(again)
      })
    })
  }

  #crash(pod: Pod, restarts: number): void {
    const name = pod.spec.containers[0]?.name ?? ''
    const podName = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`
    const wait = backoffMs(restarts)
    const time = apiTime(this.#simulation.clock.date())
    const message = `back-off ${goDuration(wait)} restarting failed container=${name} pod=${podName}`
    this.#warn(pod, 'BackOff', `Back-off restarting failed container ${name} in pod ${podName}`)
    this.#paint(pod, {
      phase: 'Running',
      ready: false,
      restarts,
      lastState: {terminated: {exitCode: 1, reason: 'Error', startedAt: time, finishedAt: time}},
      state: () => ({waiting: {reason: 'CrashLoopBackOff', message}}),
    })
    this.#next(pod, wait, (still) => {
      if (this.#faultOf(still)?.kind === 'crash-loop') this.#crash(still, restarts + 1)
      else this.#start(still)
    })
  }

  #next(pod: Pod, afterMs: number, step: (pod: Pod) => void): void {
    const {uid = '', namespace, name} = pod.metadata
    this.#steps.get(uid)?.()
    const cancel = this.#simulation.agenda.after(afterMs, () => {
      this.#steps.delete(uid)
      const found = this.#simulation.store.get(pods, `${namespace}/${name}`) as Pod | undefined
      // The kubelet of a node that is lost does nothing; it starts what it has anew when it is back.
      if (found?.metadata.uid === uid && !this.#isLost(found.spec.nodeName)) step(found)
    })
    this.#steps.set(uid, cancel)
  }

  #paint(pod: Pod, picture: Omit<PodPicture, 'node'>): void {
    const names = this.#simulation.store.all(nodes).map(({metadata}) => metadata.name)
    const number = names.indexOf(pod.spec.nodeName ?? '') + 1
    const known = pod.status.podIP as string | undefined
    const podIp = picture.phase === 'Running' ? (known ?? `10.244.${number}.${(this.#addresses++ % 250) + 2}`) : known
    const node = {hostIp: `172.18.0.${number + 1}`, podIp}
    writeStatus(this.#simulation, pods, pod, pictured(pod, {...picture, node}, this.#simulation.clock.date()))
  }

  #tell(pod: Pod, reason: string, message: string): void {
    this.#record(pod, 'Normal', reason, message)
  }

  #warn(pod: Pod, reason: string, message: string): void {
    this.#record(pod, 'Warning', reason, message)
  }

  #record(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const host = pod.spec.nodeName ?? ''
    this.#simulation.record(pods, pod, {type, reason, message, component: 'kubelet', host})
  }
}

function backoffMs(tries: number): number {
  return Math.min(backoff.longestMs, backoff.firstMs * 2 ** tries)
}

/** `10s`, `1m20s`, as Go prints a duration. */
function goDuration(ms: number): string {
  const seconds = ms / 1000
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
