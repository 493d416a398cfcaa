import type {
  Autoscaler,
  AutoscalerNotRead,
  PodTrouble,
  TemplateWrite,
  WorkloadFeed,
  Workloads,
} from '../../../src/kube/ports/workloads.ts'
import {HubspokeError} from '../../../src/model/failure.ts'
import type {Owner} from '../../../src/model/owner.ts'
import type {WorkloadIdentity, WorkloadState} from '../../../src/model/workload.ts'

type Verb = 'read' | 'restart' | 'scale' | 'follow'

/** The behaviour of a call: `fine`, or it fails first, or it succeeds with a lost response. */
type Mishap = HubspokeError | {readonly afterwards: HubspokeError} | 'fine'

/** One cluster's workloads, in this object, with the rules of the API that restarts rest on. */
export interface InMemoryWorkloads extends Workloads {
  /** `read shop/web`, `restart shop/web`, … in the order in which they arrived. */
  readonly calls: readonly string[]
  readonly writes: readonly TemplateWrite[]
  /** The replicas that were written, in their order. */
  readonly scales: readonly number[]
  /** Open feeds. */
  readonly feeds: number
  state(name: string): WorkloadState | undefined
  /** The behaviour of the next calls of the verb. */
  trouble(verb: Verb, ...mishaps: readonly Mishap[]): void
  /** What happens right before the next call of the verb is carried out. */
  before(verb: Verb, happening: () => void): void
  /** A change of a workload by a controller or another client; all followers receive it. */
  change(name: string, changes: Partial<WorkloadState>): void
  remove(name: string): void
  /** Delivers a state as a watch would that lags behind. */
  deliver(state: WorkloadState): void
  /** Called after each write that arrived, as a controller would see it. */
  onRestart: (state: WorkloadState) => void
  onScale: (state: WorkloadState) => void
  autoscaler: Autoscaler | AutoscalerNotRead | undefined
  troubles: readonly PodTrouble[] | HubspokeError
  /** What runs the pods of a Deployment that has none itself. */
  runner: Owner | 'unknown' | undefined
}

export function createInMemoryWorkloads(...initial: readonly WorkloadState[]): InMemoryWorkloads {
  const objects = new Map(initial.map((state) => [state.name, state]))
  const calls: string[] = []
  const writes: TemplateWrite[] = []
  const scales: number[] = []
  const mishaps = new Map<Verb, Mishap[]>()
  const happenings = new Map<Verb, () => void>()
  const feeds = new Set<{readonly name: string; push(news: WorkloadState | 'deleted'): void}>()
  let version = 100

  const tell = (name: string, news: WorkloadState | 'deleted') => {
    for (const feed of feeds) if (feed.name === name) feed.push(news)
  }
  const put = (state: WorkloadState) => {
    version += 1
    const stored = {...state, resourceVersion: String(version)}
    objects.set(state.name, stored)
    tell(state.name, stored)
    return stored
  }
  const call = async <T>(
    verb: Verb,
    {namespace, name}: WorkloadIdentity,
    signal: AbortSignal,
    work: () => T,
  ): Promise<T> => {
    calls.push(`${verb} ${namespace}/${name}`)
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new HubspokeError('unreachable', 'The request was abandoned.')
    const happening = happenings.get(verb)
    happenings.delete(verb)
    happening?.()
    const mishap = mishaps.get(verb)?.shift()
    if (mishap instanceof HubspokeError) throw mishap
    const answer = work()
    if (mishap && mishap !== 'fine') throw mishap.afterwards
    return answer
  }

  const workloads: InMemoryWorkloads = {
    calls,
    writes,
    scales,
    get feeds() {
      return feeds.size
    },
    onRestart: () => undefined,
    onScale: () => undefined,
    autoscaler: undefined,
    troubles: [],
    runner: undefined,
    state: (name) => objects.get(name),
    trouble: (verb, ...more) => mishaps.set(verb, [...(mishaps.get(verb) ?? []), ...more]),
    before: (verb, happening) => void happenings.set(verb, happening),
    change(name, changes) {
      const state = objects.get(name)
      if (state) put({...state, ...changes})
    },
    remove(name) {
      objects.delete(name)
      tell(name, 'deleted')
    },
    deliver: (state) => tell(state.name, state),
    list: () => {
      throw new Error('nothing is listed here')
    },
    watch: () => Promise.reject(new Error('no kind is watched here')),
    newest: () => Promise.reject(new Error('no kind is watched here')),
    readListed: () => Promise.reject(new Error('nothing is planned here')),
    read: (workload, signal) => call('read', workload, signal, () => objects.get(workload.name)),
    patchTemplate: (workload, write, signal) =>
      call('restart', workload, signal, () => {
        const state = objects.get(workload.name)
        if (!state) return undefined
        if (state.uid !== workload.uid || state.resourceVersion !== write.resourceVersion) throw conflict()
        const {restartedAt} = write
        const next = {...state, restartedAt: restartedAt ?? undefined, generation: state.generation + 1}
        if (write.dryRun) return next
        writes.push(write)
        const stored = put(next)
        workloads.onRestart(stored)
        return stored
      }),
    scale: (workload, {replicas, dryRun}, signal) =>
      call('scale', workload, signal, () => {
        const state = objects.get(workload.name)
        if (!state) return undefined
        if (state.uid !== workload.uid || state.resourceVersion !== workload.resourceVersion) throw conflict()
        const next = {...state, wanted: replicas, generation: state.generation + 1}
        if (dryRun) return next
        scales.push(replicas)
        const stored = put(next)
        workloads.onScale(stored)
        return stored
      }),
    async autoscalerOf() {
      return workloads.autoscaler
    },
    follow: (workload, signal) =>
      call('follow', workload, signal, () => {
        const feed = createFeed(() => feeds.delete(entry))
        const entry = {name: workload.name, push: feed.push}
        feeds.add(entry)
        return feed
      }),
    changesSince: async () => ({unproven: 'failed'}),
    revisions: async () => [],
    runnerOf: async () => workloads.runner,
    logTail: async (_namespace, {pod}) => [`the log tail of ${pod}`],
    async podTroubles(_state, signal) {
      calls.push('podTroubles')
      await new Promise((resolve) => setImmediate(resolve))
      if (signal.aborted) throw new HubspokeError('unreachable', 'The request was abandoned.')
      if (workloads.troubles instanceof HubspokeError) throw workloads.troubles
      return workloads.troubles
    },
  }
  return workloads
}

export function conflict(): HubspokeError {
  return new HubspokeError('conflict', 'The object was changed in the meantime.', {status: 409, refused: true})
}

export interface InMemoryFeed extends WorkloadFeed {
  push(news: WorkloadState | 'deleted'): void
}

/** A feed that returns the newest pushed state. */
export function createFeed(onClose: () => void = () => undefined): InMemoryFeed {
  let newest: WorkloadState | 'deleted' | undefined
  let heard = Promise.withResolvers<void>()
  return {
    push(news) {
      newest = news
      heard.resolve()
    },
    async next(signal) {
      const aborted = Promise.withResolvers<never>()
      const abort = () => aborted.reject(new HubspokeError('unreachable', 'The watch was ended.'))
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, {once: true})
      try {
        await Promise.race([heard.promise, aborted.promise])
      } finally {
        signal.removeEventListener('abort', abort)
      }
      const news = newest
      newest = undefined
      heard = Promise.withResolvers()
      if (news === undefined) throw new Error('two wait for the same news')
      return news
    },
    close: onClose,
  }
}
