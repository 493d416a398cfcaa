import {randomBytes} from 'node:crypto'
import {setMaxListeners} from 'node:events'
import type {Clock} from '../shared/clock.ts'
import {createAdmission} from './admission/admission.ts'
import {AnsweredRequests} from './answered-requests.ts'
import type {User} from './api/access.ts'
import {ActiveTroubles} from './api/active-troubles.ts'
import {ApiServer} from './api/api-server.ts'
import {ClusterObjects} from './cluster-objects.ts'
import {Agenda} from './controllers/agenda.ts'
import {createEventRecorder} from './controllers/events.ts'
import {runControllers} from './controllers/run-controllers.ts'
import type {Pace, Simulation} from './controllers/simulation.ts'
import {Registry} from './objects/registry.ts'
import {namespaces} from './objects/resources.ts'
import {Store} from './objects/store.ts'
import {RequestLog} from './request-log.ts'
import type {SandboxCluster} from './sandbox.ts'
import {seedCluster} from './seed.ts'
import type {ClusterSpec, WorkloadSpec} from './spec.ts'
import {createCertificates} from './transport/certificates.ts'
import {HttpFront} from './transport/http-front.ts'
import type {Trouble} from './trouble.ts'

export interface ClusterDeps {
  readonly clock: Clock
  readonly random: () => number
}

const atOnce: Pace = {reactionMs: 0, podStartMs: 0, podStopMs: 0}

/** One simulated cluster: its objects, its controllers, and its server. */
export class SimulatedCluster implements SandboxCluster {
  readonly name: string
  readonly token: string
  /** The user of the cluster's own context first. */
  readonly users: readonly User[]
  /** PEM. */
  readonly ca: string
  readonly #store = new Store()
  readonly #troubles = new ActiveTroubles()
  readonly #log = new RequestLog()
  readonly #answered: AnsweredRequests
  readonly #end = new AbortController()
  readonly #objects: ClusterObjects
  readonly #front: HttpFront
  readonly #working: Promise<void>
  #isStopped = false
  #moving: Promise<void> = Promise.resolve()

  /** Starts a cluster in which every workload of the spec has been rolled out. */
  static async start(spec: ClusterSpec, deps: ClusterDeps): Promise<SimulatedCluster> {
    const certificates = await createCertificates(deps.clock.date())
    const cluster = new SimulatedCluster(spec, deps, certificates)
    await cluster.#front.listen()
    for (const trouble of spec.trouble ?? []) cluster.addTrouble(trouble)
    await cluster.#moving
    return cluster
  }

  private constructor(
    spec: ClusterSpec,
    {clock, random}: ClusterDeps,
    certificates: Awaited<ReturnType<typeof createCertificates>>,
  ) {
    setMaxListeners(0, this.#end.signal)
    const registry = new Registry(this.#store, {
      clock,
      random,
      admit: createAdmission(this.#store, () => this.#troubles.all),
    })
    const agenda = new Agenda(clock)
    const record = createEventRecorder({registry, clock, random})
    const simulation: Simulation = {store: this.#store, registry, agenda, clock, random, record, pace: atOnce}
    const {troublesChanged} = runControllers(simulation, {ca: certificates.ca, troubles: () => this.#troubles.all})
    this.#objects = new ClusterObjects(registry)
    this.#answered = new AnsweredRequests(registry.catalog)
    this.ca = certificates.ca
    this.name = spec.name
    this.users = usersOf(spec)
    this.token = this.users[0]?.token ?? ''

    seedCluster(registry, spec, clock.date())
    agenda.settle()
    for (const workload of spec.workloads ?? []) this.#rollOut(workload, agenda)
    simulation.pace = paceOf(spec)
    this.#working = agenda.run(this.#end.signal)

    const server = new ApiServer({
      registry,
      troubles: this.#troubles,
      users: this.users,
      clock,
      random,
      gitVersion: spec.version ?? 'v1.36.3',
      signal: this.#end.signal,
    })
    this.#front = new HttpFront(certificates, clock, (incoming, answer) => {
      const user = server.userOf(incoming)?.name ?? ''
      this.#log.add(incoming, user, answer)
      void server.answer(incoming, answer).then(() => this.#answered.report(incoming, user, answer))
    })
    this.#troubles.subscribe((change) => {
      void this.#move()
      troublesChanged(change)
    })
  }

  get uid(): string {
    return this.#store.get(namespaces, 'kube-system')?.metadata.uid ?? ''
  }

  get server(): string {
    return `https://127.0.0.1:${this.#front.port}`
  }

  // Fields, not methods, so that they can be called without the cluster as `this`.
  readonly connections = () => this.#front.connections
  readonly requests = () => this.#log.all()
  readonly objects: SandboxCluster['objects'] = (...args) => this.#objects.all(...args)
  readonly object: SandboxCluster['object'] = (...args) => this.#objects.one(...args)
  readonly add: SandboxCluster['add'] = (workload) => this.#objects.add(workload)
  readonly create: SandboxCluster['create'] = (object) => this.#objects.create(object)
  readonly patch: SandboxCluster['patch'] = (...args) => this.#objects.patch(...args)
  readonly setUid: SandboxCluster['setUid'] = (...args) => this.#objects.setUid(...args)
  readonly remove: SandboxCluster['remove'] = (...args) => this.#objects.remove(...args)
  readonly onAnswered: SandboxCluster['onAnswered'] = (listener) => this.#answered.subscribe(listener)
  readonly addTrouble = (trouble: Trouble) => this.#troubles.add(trouble)
  readonly expireHistory = () => this.#store.expire()

  readonly stop = (): Promise<void> => {
    this.#isStopped = true
    return this.#move()
  }

  readonly start = (): Promise<void> => {
    this.#isStopped = false
    return this.#move()
  }

  /** Ends everything: streams, connections, controllers. */
  async close(): Promise<void> {
    this.#end.abort()
    await this.stop()
    await this.#working
  }

  /** Brings the server to its new state, after earlier changes. */
  #move(): Promise<void> {
    this.#moving = this.#moving.then(async () => {
      const unreachable = this.#troubles.unreachable
      this.#front.hang(unreachable === 'black-hole' && !this.#isStopped)
      if (this.#isStopped || unreachable === 'refused') await this.#front.close()
      else await this.#front.listen()
    })
    return this.#moving
  }

  /** A paused Deployment is paused after its first rollout: otherwise it would have no pods at all. */
  #rollOut(workload: WorkloadSpec, agenda: Agenda): void {
    const {paused = false, ...rest} = workload
    this.#objects.add(rest as WorkloadSpec)
    agenda.settle()
    if (!paused) return
    this.#objects.patch('Deployment', workload.namespace, workload.name, {spec: {paused}})
    agenda.settle()
  }
}

/** A controller of a cluster without load reacts within milliseconds; in slow clusters, pods are slow. */
function paceOf({rolloutStepMs = 200}: ClusterSpec): Pace {
  return {
    reactionMs: Math.min(5, rolloutStepMs / 10),
    podStartMs: rolloutStepMs,
    podStopMs: Math.min(50, rolloutStepMs / 4),
  }
}

function usersOf(spec: ClusterSpec): readonly User[] {
  return [spec, ...(spec.contexts ?? [])].map(({name, token, may}) => ({
    name,
    token: token ?? randomBytes(24).toString('base64url'),
    ...(may === undefined ? {} : {may}),
  }))
}
