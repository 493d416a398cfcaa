import {HubspokeError} from '../../model/failure.ts'
import type {RecordedTarget} from '../../model/recorded-run.ts'
import type {Attempt, PostRolloutWatch, Receipt, Settled, Spoke, Written} from '../../model/spoke.ts'
import type {Target} from '../../model/target.ts'
import {requireWorkloadTarget} from '../../model/workload-target.ts'
import {rolloutStatusCommand} from '../../rollout/kubectl-command.ts'
import type {VerbEnv} from '../verb.ts'
import {changeEvent, writtenBefore} from '../workloads/change-words.ts'
import {readUndoReceipt, type UndoReceipt, undoneReceipt, undoReceipt, undoSnapshot} from './undo-receipt.ts'

/** The run that is undone, as spokes of its own verb. */
interface Undone {
  readonly targets: ReadonlyMap<string, RecordedTarget>
  readonly spoke: Spoke
  /** The same, for targets without a receipt: it looks for the write of the run, and makes none. */
  readonly finder: Spoke
}

/**
 * Reverts what an earlier run has written, as the verb of that run does it: whether a target still carries the write, and
 * what it was before, only that verb can tell. It is read before every write, so that a second undo changes nothing.
 */
export function undoRunSpoke(runId: string, env: VerbEnv): Spoke {
  let opened: Promise<Undone> | undefined
  const open = () => {
    opened ??= openUndone(runId, env)
    return opened
  }
  return {
    act: async (target, attempt) => undo({runId, env, target, attempt, ...(await open())}),
    async settle(target, receipt, watch) {
      const {revert, wrote} = readUndoReceipt(receipt)
      const {spoke} = await open()
      if (env.options.wait) return withWords(await spoke.settle(target, revert, watch), wrote, runId)
      await closeWatch(spoke, target, revert)
      return asDone({outcome: 'succeeded', reason: 'accepted, not waited for'}, wrote, runId)
    },
    async recheck(target, receipt, signal) {
      const {spoke} = await open()
      return (await spoke.recheck?.(target, readUndoReceipt(receipt).revert, signal)) ?? {state: 'healthy'}
    },
    inspect: (target) => [rolloutStatusCommand(requireWorkloadTarget(target))],
  }
}

async function openUndone(runId: string, env: VerbEnv): Promise<Undone> {
  const {verb, args, mark, targets} = await env.earlier(runId)
  const run = {...env, mark, resumed: true}
  const asked = verb.parse(args)
  return {
    targets,
    spoke: verb.spoke(asked, run),
    finder: verb.spoke(asked, {...run, options: {...env.options, wait: false, dryRun: false}}),
  }
}

interface UndoTry extends Undone {
  readonly runId: string
  readonly env: VerbEnv
  readonly target: Target
  readonly attempt: Attempt
}

/** Thrown where a write would be sent that must not be sent: the spoke ends without it. */
class HeldBack extends HubspokeError {
  constructor() {
    super('internal', 'The write was held back.', {final: true})
  }
}

async function undo(it: UndoTry): Promise<Settled | Written> {
  const {env, target, attempt, spoke, targets} = it
  const receipt = undoneReceipt(attempt.snapshot) ?? targets.get(target.key)?.receipt ?? (await findReceipt(it))
  if (isEnd(receipt)) return receipt
  let sent = false
  const guarded: Attempt = {
    ...attempt,
    snapshot: undefined,
    sentBefore: true, // a target that is as before is watched, whichever process restored it
    async writing() {
      if (env.options.dryRun) throw new HeldBack()
      await attempt.writing(undoSnapshot(receipt))
      sent = true
    },
  }
  const end = await heldBack(async () => spoke.revert?.(target, receipt, guarded))
  if (end === 'held back') return {outcome: 'succeeded', reason: 'it would be restored (dry run)'}
  if (end === undefined) return {outcome: 'skipped', reason: 'its verb cannot be undone'}
  if (end.outcome !== 'written') return end
  if (env.options.dryRun) {
    await closeWatch(spoke, target, end.receipt)
    return asDone({outcome: 'succeeded', reason: ''}, 'nothing', it.runId)
  }
  const isOurs = sent || attempt.sentBefore
  if (isOurs) recordEvent(it)
  const wrote = isOurs ? 'now' : attempt.snapshot === undefined ? 'nothing' : 'found'
  return {outcome: 'written', receipt: undoReceipt({revert: end.receipt, wrote}), ...(!isOurs && {found: true})}
}

/** Of a write whose receipt was not recorded, because the run was killed first, or by an older version. */
async function findReceipt({finder, target, attempt, targets, runId}: UndoTry): Promise<Receipt | Settled> {
  const snapshot = targets.get(target.key)?.snapshot
  const looking: Attempt = {
    ...attempt,
    sentBefore: false,
    snapshot,
    writing: () => Promise.reject(new HeldBack()),
  }
  const end = await heldBack(() => finder.act(target, looking))
  if (end === 'held back') return {outcome: 'unchanged', reason: `it does not have the change of the run ${runId}`}
  if (end.outcome === 'written') return end.receipt
  if (end.failure !== undefined) return end
  return {outcome: 'skipped', reason: end.reason}
}

function isEnd(one: Receipt | Settled): one is Settled {
  return typeof one.outcome === 'string'
}

async function heldBack<T>(work: () => Promise<T>): Promise<T | 'held back'> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof HeldBack) return 'held back'
    throw error
  }
}

/** A revert may have left a watch open for the `settle` that follows it. */
async function closeWatch(spoke: Spoke, target: Target, receipt: Receipt): Promise<void> {
  await spoke.settle(target, receipt, {
    signal: AbortSignal.abort(),
    onProgress: () => undefined,
    onTrouble: () => undefined,
  })
}

type End = Settled | PostRolloutWatch | undefined

function withWords(end: End, wrote: UndoReceipt['wrote'], runId: string): End {
  if (end === undefined) return undefined
  if (end.outcome !== 'post-rollout-watch') return asDone(end, wrote, runId)
  return {...end, settle: async () => asDone(await end.settle(), wrote, runId)}
}

function asDone(end: Settled, wrote: UndoReceipt['wrote'], runId: string): Settled {
  if (end.outcome !== 'succeeded' || wrote === 'now') return end
  if (wrote === 'nothing') return {outcome: 'unchanged', reason: `it is as it was before the run ${runId}`}
  return {...end, reason: `${end.reason}; ${writtenBefore}`}
}

function recordEvent({env, target, attempt: {reason}, runId: undone}: UndoTry): void {
  const workload = requireWorkloadTarget(target)
  const by = env.by(workload.context)
  const facts = {runId: env.runId, by, reason}
  const words = {mark: env.mark, done: 'Undone', message: `The change of the run ${undone} was undone`}
  env.events.record(workload, changeEvent(facts, words))
}
