import type {Clock} from '../../shared/clock.ts'
import type {AnsweredRequest} from '../answered-requests.ts'
import {matchesRequest} from '../api/request-match.ts'
import type {Sandbox, SandboxCluster} from '../sandbox.ts'
import {ApiError} from '../status.ts'
import {holdLock} from './hold-lock.ts'
import {putBack} from './put-back.ts'
import type {Change, Moment, Scenario, ScriptedTrouble} from './scenario.ts'

/** A trouble that begins or ends, or a change that was made, in one cluster. */
export interface Happening {
  readonly cluster: string
  readonly what: 'begins' | 'ends' | 'changes' | 'is-refused'
  readonly of: ScriptedTrouble['trouble'] | Change
}

export interface PlayDeps {
  readonly clock: Clock
  /** Ends the scenario: nothing happens afterwards. */
  readonly signal: AbortSignal
  /** Called for every event after the start. */
  tell?(happening: Happening): void
}

/** Plays the scenario in clusters that were started from it. Resolves when its initial troubles and objects are in place. */
export async function playScenario(sandbox: Sandbox, scenario: Scenario, deps: PlayDeps): Promise<void> {
  let hasStarted = false
  const tell = (happening: Happening): void => {
    if (hasStarted) deps.tell?.(happening)
  }
  for (const {name, objects = []} of scenario.clusters) {
    for (const object of objects) sandbox.cluster(name).create(object)
  }
  for (const {clusters, at, change} of scenario.changes) {
    for (const name of clusters) {
      const cluster = sandbox.cluster(name)
      when(at, cluster, {...deps, sandbox}, () => {
        tell({cluster: name, what: carryOut(cluster, change), of: change})
      })
    }
  }
  for (const scripted of scenario.troubles) {
    for (const name of scripted.clusters) scheduleTrouble(sandbox.cluster(name), scripted, {...deps, tell, sandbox})
  }
  // It resolves when a server that should be unreachable is.
  await Promise.all(sandbox.clusters.map((cluster) => cluster.start()))
  hasStarted = true
}

function scheduleTrouble(
  cluster: SandboxCluster,
  {trouble, from, until, forMs}: ScriptedTrouble,
  deps: Required<PlayDeps> & WhenDeps,
): void {
  when(from, cluster, deps, () => {
    const stop = begin(cluster, trouble, deps)
    deps.tell({cluster: cluster.name, what: 'begins', of: trouble})
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      stop()
      deps.tell({cluster: cluster.name, what: 'ends', of: trouble})
    }
    if (until !== undefined) when(until, cluster, deps, end)
    if (forMs !== undefined) when({afterMs: forMs}, cluster, deps, end)
  })
}

/** Returns a function that ends it. */
function begin(cluster: SandboxCluster, trouble: ScriptedTrouble['trouble'], deps: PlayDeps): () => void {
  if (trouble.type === 'reverted') return putBack(cluster, trouble, deps)
  if (trouble.type === 'lock-held') return holdLock(cluster, trouble, deps)
  return cluster.addTrouble(trouble)
}

/** A change that the API refuses (the object is gone) has no effect, and is reported. */
function carryOut(cluster: SandboxCluster, change: Change): 'changes' | 'is-refused' {
  try {
    if (change.type === 'add') cluster.add(change.workload)
    else if (change.type === 'patch') cluster.patch(change.kind, change.namespace, change.name, change.patch)
    else cluster.remove(change.kind, change.namespace, change.name)
    return 'changes'
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return 'is-refused'
  }
}

interface WhenDeps extends PlayDeps {
  readonly sandbox: Sandbox
}

/** Calls it once, at that moment; immediately if that is now. */
function when(
  {request, count = 1, clusters, afterMs}: Moment,
  own: SandboxCluster,
  {clock, signal, sandbox}: WhenDeps,
  action: () => void,
): void {
  const later = (): void => {
    if (afterMs === 0) action()
    else void clock.sleep(afterMs, signal).then(() => signal.aborted || action())
  }
  if (request === undefined) {
    later()
    return
  }
  let seen = 0
  const listener = (answered: AnsweredRequest): void => {
    if (signal.aborted || !isCarriedOut(answered) || !matchesRequest(request, answered, answered.user)) return
    seen += 1
    if (seen < count) return
    for (const stop of stops) stop()
    later()
  }
  const watched = clusters?.map((name) => sandbox.cluster(name)) ?? [own]
  const stops = watched.map((cluster) => cluster.onAnswered(listener))
}

function isCarriedOut({status, dryRun}: AnsweredRequest): boolean {
  return status >= 200 && status < 300 && !dryRun
}
