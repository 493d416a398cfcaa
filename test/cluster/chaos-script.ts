import {setTimeout as sleep} from 'node:timers/promises'
import type {ChaosProxy} from './chaos-proxy.ts'
import {type Chance, pick} from './random-world.ts'
import type {RealCluster} from './real-cluster.ts'

/** One fault between the program and an API server. Times in milliseconds. */
export type Trouble =
  | {readonly type: 'latency'; readonly forMs: number; readonly eachWayMs: number}
  /** A reply breaks off in its middle. */
  | {readonly type: 'reset'; readonly afterBytes: number}
  /** Replies are slow, then those on their way are lost with their connections: requests have been carried out. */
  | {readonly type: 'slow-replies-lost'; readonly forMs: number; readonly slowMs: number}
  /** Requests are carried out and no reply comes; then the connections are reset, or everything arrives after all. */
  | {readonly type: 'replies-held'; readonly forMs: number; readonly then: 'cut' | 'arrive'}
  /** Requests are held back, their sender is cut off, and they are carried out later, when it may have asked again. */
  | {readonly type: 'requests-late'; readonly forMs: number; readonly lateMs: number}
  | {readonly type: 'black-hole'; readonly forMs: number; readonly then: 'cut' | 'arrive'}
  /** Killed and started again. */
  | {readonly type: 'restart'; readonly downMs: number}
  /** The last one: it stays until the run has ended. */
  | {readonly type: 'black-hole-for-good'}
  | {readonly type: 'killed-for-good'}

export interface Step {
  /** After the trouble before it has ended. */
  readonly afterMs: number
  readonly trouble: Trouble
}

const types = [
  'latency',
  'reset',
  'slow-replies-lost',
  'slow-replies-lost',
  'replies-held',
  'requests-late',
  'black-hole',
  'restart',
] as const

/** The faults of one cluster during a run; one in six times the last fault does not end. */
export function drawScript(chance: Chance, steps: number): readonly Step[] {
  const between = (least: number, most: number): number => Math.round(least + chance() * (most - least))
  const draw = (): Trouble => {
    const type = pick(chance, types)
    const then = pick(chance, ['cut', 'arrive'] as const)
    switch (type) {
      case 'latency':
        return {type, forMs: between(500, 2_000), eachWayMs: between(20, 250)}
      case 'reset':
        return {type, afterBytes: between(1, 6_000)}
      case 'slow-replies-lost':
        return {type, forMs: between(400, 1_200), slowMs: between(100, 400)}
      case 'replies-held':
        return {type, forMs: between(300, 1_500), then}
      case 'requests-late':
        return {type, forMs: between(100, 500), lateMs: between(300, 1_500)}
      case 'black-hole':
        return {type, forMs: between(300, 2_500), then}
      case 'restart':
        return {type, downMs: between(0, 800)}
    }
  }
  const script = Array.from({length: steps}, () => ({afterMs: between(50, 700), trouble: draw()}))
  if (chance() * 6 >= 1) return script
  const type = pick(chance, ['black-hole-for-good', 'killed-for-good'] as const)
  return [...script.slice(0, -1), {afterMs: between(50, 700), trouble: {type}}]
}

/** Plays a script until its end, or until the run is over; afterwards `recover` brings everything back. */
export async function playScript(
  script: readonly Step[],
  {cluster, proxy, over}: {cluster: RealCluster; proxy: ChaosProxy; over: AbortSignal},
): Promise<void> {
  for (const {afterMs, trouble} of script) {
    await pause(afterMs, over)
    if (over.aborted) return
    await cause(trouble, cluster, proxy, over)
  }
}

async function cause(trouble: Trouble, cluster: RealCluster, proxy: ChaosProxy, over: AbortSignal): Promise<void> {
  switch (trouble.type) {
    case 'latency':
      proxy.delay({requests: trouble.eachWayMs, replies: trouble.eachWayMs})
      await pause(trouble.forMs, over)
      return proxy.restore()
    case 'reset':
      return proxy.resetAfter(trouble.afterBytes)
    case 'slow-replies-lost':
      proxy.delay({requests: 0, replies: trouble.slowMs})
      await pause(trouble.forMs, over)
      proxy.cut()
      return proxy.restore()
    case 'replies-held':
      proxy.holdReplies()
      await pause(trouble.forMs, over)
      if (trouble.then === 'cut') proxy.cut()
      return proxy.restore()
    case 'requests-late':
      proxy.holdRequests()
      await pause(trouble.forMs, over)
      proxy.cutClients()
      await pause(trouble.lateMs, over)
      return proxy.restore()
    case 'black-hole':
      proxy.blackHole()
      await pause(trouble.forMs, over)
      if (trouble.then === 'cut') proxy.cut()
      return proxy.restore()
    case 'restart':
      await cluster.stopApiServer()
      await pause(trouble.downMs, over)
      return cluster.startApiServer()
    case 'black-hole-for-good':
      return proxy.blackHole()
    case 'killed-for-good':
      return cluster.stopApiServer()
  }
}

/** Ends early, and silently, when the run is over. */
async function pause(ms: number, over: AbortSignal): Promise<void> {
  await sleep(ms, undefined, {signal: over}).catch(() => undefined)
}

/** One line per step, for the message of a seed that fails. */
export function describeScript(script: readonly Step[]): string {
  return script.map(({afterMs, trouble: {type, ...how}}) => `+${afterMs} ${type} ${JSON.stringify(how)}`).join('\n    ')
}
