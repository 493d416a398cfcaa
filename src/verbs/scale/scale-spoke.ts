import type {WorkloadFeed, Workloads} from '../../kube/ports/workloads.ts'
import type {Owner} from '../../model/owner.ts'
import type {Attempt, Settled, Spoke, Written} from '../../model/spoke.ts'
import type {WorkloadState} from '../../model/workload.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {rolloutStatusCommand} from '../../rollout/kubectl-command.ts'
import type {VerbEnv} from '../verb.ts'
import {changeEvent} from '../workloads/change-words.ts'
import {gone} from '../workloads/obstacle.ts'
import {revertScale} from './revert-scale.ts'
import {autoscaled, decideScale, notScalable, type ScaleAim, type ScaleDecision} from './scale-decision.ts'
import {scaleReceipt} from './scale-receipt.ts'
import {readScaleSnapshot, type ScaleSnapshot, takeScaleSnapshot} from './scale-snapshot.ts'
import {createScaleWatch, type ScaleWatch} from './watch-scale.ts'

/** Sets replicas and watches until the pods are available, or gone. */
export function scaleSpoke(aim: ScaleAim, env: VerbEnv): Spoke<WorkloadTarget> {
  const watches = createScaleWatch(env)
  return {
    async act(target, attempt) {
      if (target.kind === 'DaemonSet') return notScalable(target)
      return act({aim, env, workloads: env.workloads(target), target, attempt, watches})
    },
    settle: watches.settle,
    recheck: watches.recheck,
    revert: (target, receipt, attempt) => revertScale({target, receipt, attempt, env, watches}),
    inspect: (target) => [rolloutStatusCommand(target)],
  }
}

/** One attempt. */
interface Try {
  readonly aim: ScaleAim
  readonly env: VerbEnv
  readonly workloads: Workloads
  readonly target: WorkloadTarget
  readonly attempt: Attempt
  readonly watches: ScaleWatch
}

async function act(it: Try): Promise<Settled | Written> {
  const {aim, env, workloads, target, attempt} = it
  const decision = decide(it, await workloads.read(target, attempt.signal))
  if (decision.todo === 'nothing') return decision.end
  if (decision.todo === 'watch') return watchAgain(it, decision)
  const autoscaler = await workloads.autoscalerOf(target, attempt.signal)
  if (autoscaler !== undefined && 'notRead' in autoscaler) {
    return write(it, decision, {owner: decision.state.owner, remark: perhapsAutoscaled})
  }
  if (autoscaler === undefined) return write(it, decision, {owner: decision.state.owner, remark: null})
  if (!aim.overrideOwner) return autoscaled(target, autoscaler)
  const {namespace, name} = autoscaler
  const owner: Owner = {tool: 'controller', kind: 'HorizontalPodAutoscaler', namespace, name}
  const remark = `HorizontalPodAutoscaler ${namespace}/${name} may set its replicas again`
  if (env.options.dryRun) return tryOut(it, decision, remark)
  return write(it, decision, {owner, remark})
}

const perhapsAutoscaled = 'it could not be read whether a HorizontalPodAutoscaler sets its replicas'

function decide({target, aim, attempt}: Try, state: WorkloadState | undefined): ScaleDecision {
  return decideScale(target, state, aim, readScaleSnapshot(attempt.snapshot))
}

type ToDo = Extract<ScaleDecision, {readonly snapshot: ScaleSnapshot}>

/** What may change the replicas again, and what the result says beside its reason. */
interface Outlook {
  readonly owner: Owner | undefined
  readonly remark: string | null
}

async function tryOut(it: Try, {state, snapshot}: ToDo, remark: string | null): Promise<Settled> {
  const {workloads, attempt} = it
  const {before, wanted} = snapshot
  const accepted = await workloads.scale(state, {replicas: wanted, dryRun: true}, attempt.signal)
  if (accepted === undefined) return gone
  const reason = `the server accepted ${before} to ${wanted} replicas (dry run)`
  return {outcome: 'succeeded', reason: remark === null ? reason : `${reason}; ${remark}`}
}

/** Followed from before the write on: a change of milliseconds is not missed. */
async function write(it: Try, decision: ToDo, {owner, remark}: Outlook): Promise<Settled | Written> {
  const {env, workloads, target, attempt, watches} = it
  if (env.options.dryRun) return tryOut(it, decision, remark)
  const {state, snapshot} = decision
  const feed = env.options.wait ? await workloads.follow(target, attempt.signal) : undefined
  return closingOnEnd(feed, async () => {
    await attempt.writing(takeScaleSnapshot(snapshot))
    const accepted = await workloads.scale(state, {replicas: snapshot.wanted, dryRun: false}, attempt.signal)
    if (accepted === undefined) return gone
    recordEvent(it, snapshot)
    if (feed) watches.hand(target, {feed, state: accepted})
    return {
      outcome: 'written',
      receipt: scaleReceipt(accepted, {before: snapshot.before, reverts: false, remark, owner}),
    }
  })
}

/** Written by an earlier attempt, or by an earlier invocation of the run. The pods may be there before it is followed. */
async function watchAgain(it: Try, {state, snapshot}: ToDo): Promise<Settled | Written> {
  const {env, attempt} = it
  const {before, wanted} = snapshot
  if (env.options.dryRun) return {outcome: 'unchanged', reason: `this run has scaled it to ${wanted} already`}
  if (attempt.sentBefore) recordEvent(it, snapshot) // the answer was lost
  const found = !attempt.sentBefore
  const remark = found ? 'it was written before, nothing was written now' : null
  const receipt = scaleReceipt(state, {before, reverts: false, remark, owner: state.owner})
  return {outcome: 'written', receipt, ...(found && {found})}
}

/** Closes the feed unless the write was accepted: then it is handed over. */
async function closingOnEnd(
  feed: WorkloadFeed | undefined,
  work: () => Promise<Settled | Written>,
): Promise<Settled | Written> {
  try {
    const end = await work()
    if (end.outcome !== 'written') feed?.close()
    return end
  } catch (error) {
    feed?.close()
    throw error
  }
}

function recordEvent({env, target, attempt: {reason}}: Try, {before, wanted}: ScaleSnapshot): void {
  const {runId, mark, events} = env
  const facts = {runId, by: env.by(target.context), reason}
  events.record(target, changeEvent(facts, {mark, done: 'Scaled', message: `Scaled from ${before} to ${wanted}`}))
}
