import type {HubEvent} from '../model/event.ts'
import type {SpokeResult} from '../model/result.ts'
import {isInDesiredState} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import {formatDuration} from '../shared/duration.ts'
import {createTroubles, type Troubles, troubleOfReading} from './troubles.ts'
import {createWaveTracker, type WaveView} from './wave-tracker.ts'

/** How many targets of one cluster, or of all, are in each state. They add up to the total. */
export interface TargetCounts {
  readonly total: number
  /** Not started yet. */
  readonly waiting: number
  /** Being written, or its rollout is watched. */
  readonly rolling: number
  /** Failed once, and waiting for the retry. */
  readonly retrying: number
  /** In the desired state. */
  readonly done: number
  /** Ended, and needs the attention of the user. */
  readonly trouble: number
  readonly notRun: number
}

/** The targets of one cluster, named by the context through which they are reached. */
export interface ClusterCounts extends TargetCounts {
  readonly name: string
}

/** Everything that progress shows, at one moment. */
export interface ProgressView {
  readonly stage: 'idle' | 'discovery' | 'distribution'
  readonly contexts: {
    readonly total: number
    readonly read: number
    readonly notInFull: number
    /** Contexts without an answer, in the order of the selection. */
    readonly waitingFor: readonly string[]
  }
  /** In the order of the plan. */
  readonly clusters: readonly ClusterCounts[]
  readonly totals: TargetCounts
  /** The latest problems, oldest first; raw text. */
  readonly troubles: readonly string[]
  /** The wave that runs or has just ended; undefined without waves. */
  readonly wave: WaveView | undefined
  /** Why the run is ending early. */
  readonly stopping: string | undefined
}

export interface ProgressModel {
  apply(event: HubEvent): void
  view(): ProgressView
}

type State = Exclude<keyof TargetCounts, 'total'>
type Counts = Record<keyof TargetCounts, number>

/** Events that change nothing on the screen. */
type Unshown = 'target-written' | 'target-progress' | 'detail' | 'hub-started' | 'hub-ended'

/**
 * Counts events. It uses no stream, and takes constant time per event. An event about something that no earlier event
 * named changes nothing.
 *
 * @param now the clock for countdowns of pauses, in milliseconds
 */
export function createProgressModel(now: () => number = () => 0): ProgressModel {
  const troubles = createTroubles()
  const contexts = createContextCounter(troubles)
  const targets = createTargetCounter(troubles.shown)
  const waves = createWaveTracker(now)
  let stage: ProgressView['stage'] = 'idle'
  let stopping: string | undefined
  return {
    apply(event) {
      switch (event.type) {
        case 'discovery-started':
          stage = 'discovery'
          return contexts.select(event.contexts)
        case 'context-read':
          return contexts.read(event.reading.context.name, troubleOfReading(event.reading))
        case 'context-answered':
          return contexts.read(event.context, event.problem ? `FAILED: ${event.problem.message}` : undefined)
        case 'distribution-started':
          stage = 'distribution'
          return targets.plan(event.plan)
        case 'watch-started':
          stage = 'distribution'
          return targets.plan(event.targets)
        case 'target-started':
        case 'target-undoing':
          troubles.forget(event.target)
          return targets.move(event.target, 'rolling')
        case 'target-retrying':
          troubles.tellOf(event.target, `next try in ${formatDuration(event.delayMs)}: ${event.reason}`)
          return targets.move(event.target, 'retrying')
        case 'target-finished':
        case 'target-regressed':
        case 'target-undone':
          troubles.tellEnd(event.result)
          return targets.end(event.result)
        case 'wave-started':
        case 'wave-paused':
        case 'wave-waiting':
        case 'wave-countdown':
          return waves.follow(event)
        case 'target-trouble':
          return troubles.tellOf(event.target, event.message)
        case 'stopping':
          stopping = event.reason
          return
        case 'notice':
          return troubles.tell(event.message)
        default:
          return event.type satisfies Unshown
      }
    },
    view: () => ({stage, contexts: contexts.view(), ...targets.view(), ...troubles.view(), ...waves.view(), stopping}),
  }
}

function createContextCounter({know, shown, tell}: Troubles) {
  const waitingFor = new Set<string>()
  const counts = {total: 0, read: 0, notInFull: 0}
  return {
    select(contexts: readonly string[]) {
      know(contexts)
      counts.total = contexts.length
      for (const context of contexts) waitingFor.add(context)
    },
    read(context: string, trouble: string | undefined) {
      if (!waitingFor.delete(context)) return
      counts.read += 1
      if (trouble === undefined) return
      counts.notInFull += 1
      tell(`${shown(context)} ${trouble}`)
    },
    view: () => ({...counts, waitingFor: [...waitingFor].map(shown)}),
  }
}

function createTargetCounter(shown: Troubles['shown']) {
  const clusters = new Map<string, Counts & {readonly name: string}>()
  const states = new Map<string, State>()
  const totals: Counts = zero()
  const move = (target: Target, to: State) => {
    const key = target.key
    const from = states.get(key)
    const cluster = clusters.get(target.place)
    if (from === undefined || cluster === undefined) return
    states.set(key, to)
    for (const counts of [cluster, totals]) {
      counts[from] -= 1
      counts[to] += 1
    }
  }
  return {
    plan(plan: readonly Target[]) {
      for (const target of plan) {
        if (states.has(target.key)) continue
        const cluster = clusters.get(target.place) ?? {...zero(), name: shown(target.via)}
        clusters.set(target.place, cluster)
        states.set(target.key, 'waiting')
        for (const counts of [cluster, totals]) {
          counts.total += 1
          counts.waiting += 1
        }
      }
    },
    end: (result: SpokeResult) => move(result.target, endState(result)),
    move,
    view: () => ({clusters: [...clusters.values()].map((counts) => ({...counts})), totals: {...totals}}),
  }
}

function zero(): Counts {
  return {total: 0, waiting: 0, rolling: 0, retrying: 0, done: 0, trouble: 0, notRun: 0}
}

function endState(result: SpokeResult): State {
  if (result.outcome === 'not-run') return 'notRun'
  return isInDesiredState(result) ? 'done' : 'trouble'
}
