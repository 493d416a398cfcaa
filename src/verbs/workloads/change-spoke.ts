import type {Workloads} from '../../kube/ports/workloads.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Snapshot} from '../../model/snapshot.ts'
import type {Attempt, Receipt, Settled, Spoke, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {rolloutStatusCommand} from '../../rollout/kubectl-command.ts'
import type {VerbEnv} from '../verb.ts'
import type {ChangeWatch} from './change-watch.ts'
import {changeEvent, writtenBefore} from './change-words.ts'
import {gone} from './obstacle.ts'

/** One attempt. */
export interface ChangeTry {
  readonly env: VerbEnv
  readonly workloads: Workloads
  readonly target: WorkloadTarget
  readonly attempt: Attempt
}

/** What is to be done about a target, as it was just read. */
export interface ChangeTodo {
  readonly state: WorkloadState
  /** Added to the reason of a success; default: nothing. */
  readonly remark?: string | undefined
}

export type Nothing = {readonly todo: 'nothing'; readonly end: Settled}

/** `watch`: the run has written it already. */
export type ChangeDecision<Todo extends ChangeTodo> = Nothing | ({readonly todo: 'watch' | 'write'} & Todo)

/** A change of workloads that one write makes, and that the state of the workload proves. */
export interface WorkloadChange<Todo extends ChangeTodo> {
  /** Decides from the target as it is now, so that deciding again after any failure is safe. */
  decide(it: ChangeTry, state: WorkloadState | undefined): ChangeDecision<Todo>
  /** Reads what else the write needs. May find that there is nothing to write. */
  complete(it: ChangeTry, todo: Todo): Promise<Todo | Nothing>
  /** Sends the write; under a dry run, the server only checks it. Undefined: the workload does not exist any more. */
  send(it: ChangeTry, todo: Todo): Promise<WorkloadState | undefined>
  /** What the write replaces, for the ledger. */
  snapshot(it: ChangeTry, todo: Todo): Snapshot
  /** @param accepted the workload as the server answered */
  receipt(todo: Todo, accepted: WorkloadState, snapshot: Snapshot): Receipt
  /** Of a write that the state proves, and whose answer is not known. */
  receiptOfFound(it: ChangeTry, todo: Todo): Receipt
  readonly words: {
    /** What a server has accepted under a dry run: `the server accepted it`. */
    accepted(todo: Todo): string
    /** Under a dry run, where the run has written it before. */
    alreadyDone(todo: Todo): string
    /** What is recorded as an Event on the workload: the verb in the past, and a sentence. */
    event(todo: Todo): {readonly done: string; readonly message: string}
  }
}

/**
 * A change of workloads, watched to its end, and not made twice: every attempt reads first, and writes only what is missing.
 *
 * @param watch watches the writes, from their receipts
 */
export function changeSpoke<Todo extends ChangeTodo>(
  change: WorkloadChange<Todo>,
  watch: ChangeWatch,
  env: VerbEnv,
): Omit<Spoke<WorkloadTarget>, 'revert'> {
  return {
    act: (target, attempt) => act(change, watch, {env, workloads: env.workloads(target), target, attempt}),
    settle: watch.settle,
    recheck: watch.recheck,
    inspect: (target) => [rolloutStatusCommand(target)],
  }
}

async function act<Todo extends ChangeTodo>(
  change: WorkloadChange<Todo>,
  watch: ChangeWatch,
  it: ChangeTry,
): Promise<Settled | Written> {
  const {env, workloads, target, attempt} = it
  const decision = change.decide(it, await workloads.read(target, attempt.signal))
  if (decision.todo === 'nothing') return decision.end
  if (decision.todo === 'watch') return watchAgain(change, watch, it, decision)
  const todo = await change.complete(it, decision)
  if ('end' in todo) return todo.end
  return env.options.dryRun ? tryOut(change, it, todo) : write(change, watch, it, todo)
}

async function tryOut<Todo extends ChangeTodo>(
  {send, words}: WorkloadChange<Todo>,
  it: ChangeTry,
  todo: Todo,
): Promise<Settled> {
  if ((await send(it, todo)) === undefined) return gone
  const reason = `${words.accepted(todo)} (dry run)`
  return {outcome: 'succeeded', reason: todo.remark === undefined ? reason : `${reason}; ${todo.remark}`}
}

function write<Todo extends ChangeTodo>(
  change: WorkloadChange<Todo>,
  watch: ChangeWatch,
  it: ChangeTry,
  todo: Todo,
): Promise<Settled | Written> {
  return watch.whileFollowed(it.target, {...it.attempt, isWaitedFor: it.env.options.wait}, async () => {
    const snapshot = change.snapshot(it, todo)
    await it.attempt.writing(snapshot)
    const state = await change.send(it, todo)
    if (state === undefined) return gone
    recordEvent(change, it, todo)
    return {state, receipt: change.receipt(todo, state, snapshot)}
  })
}

/** Written by an earlier attempt, or by an earlier invocation of the run. It may have changed again before it was followed. */
async function watchAgain<Todo extends ChangeTodo>(
  change: WorkloadChange<Todo>,
  watch: ChangeWatch,
  it: ChangeTry,
  found: Todo,
): Promise<Settled | Written> {
  const {env, workloads, target, attempt} = it
  const {dryRun, wait} = env.options
  if (dryRun) return {outcome: 'unchanged', reason: change.words.alreadyDone(found)}
  const isOurs = attempt.sentBefore
  if (isOurs) recordEvent(change, it, found) // the answer was lost
  const remark = isOurs ? undefined : writtenBefore
  const receiptOf = (todo: Todo) => ({
    state: todo.state,
    receipt: change.receiptOfFound(it, {...todo, remark}),
    found: !isOurs,
  })
  return watch.whileFollowed(target, {...attempt, isWaitedFor: wait}, async () => {
    if (!wait) return receiptOf(found)
    const now = change.decide(it, await workloads.read(target, attempt.signal))
    if (now.todo === 'watch') return receiptOf(now)
    if (now.todo === 'nothing') return now.end
    throw new HubspokeError('conflict', 'The change was reverted while it was being read.')
  })
}

function recordEvent<Todo extends ChangeTodo>({words}: WorkloadChange<Todo>, it: ChangeTry, todo: Todo): void {
  const {env, target, attempt} = it
  const {runId, mark} = env
  const facts = {runId, by: env.by(target.context), reason: attempt.reason}
  env.events.record(target, changeEvent(facts, {mark, ...words.event(todo)}))
}
