import {imageQueryOf} from '../../image/image-query.ts'
import type {RecordedRun, RecordedTarget} from '../../model/recorded-run.ts'
import {requireWorkloadTarget} from '../../model/workload-target.ts'
import {textArgument} from '../../verbs/text-argument.ts'
import type {Verb} from '../../verbs/verb.ts'
import type {Verbs} from '../../verbs/verbs.ts'
import type {SourceRequest} from '../run/open-source.ts'
import {knownRun, runRefused, type UseOfRun} from './known-run.ts'

/** What is undone of a past run. */
export interface UndoRequest {
  readonly runId: string
  /** The verb of that run. */
  readonly verb: Verb
  /** The image that it was about. */
  readonly image: string
  /** What it has written, or may have written, and what it has found written by the run that it retries. */
  readonly targets: readonly RecordedTarget[]
  /** The run that it retries, whose other targets are not undone. */
  readonly retried: string | undefined
}

const undoing: UseOfRun = {
  done: 'undone',
  refusal: ({name, reverts, targetType}) =>
    reverts && targetType === 'workload' ? undefined : `what "${name}" has written cannot be undone`,
}

/**
 * The targets that a past run has written.
 *
 * @throws HubspokeError of class `usage` when the ledger does not say all that has to be known, its verb cannot be undone,
 * or it has written nothing
 */
export function undoRequest(id: string, recorded: RecordedRun, verbs: Verbs): UndoRequest {
  const {run, verb} = knownRun({id, recorded, verbs}, undoing)
  // A retry carries on the change of its run: what that run had written, and this one has watched, has the same mark.
  const targets = recorded.targets.filter(({wrote, watched}) => wrote !== 'no' || watched)
  const retried = run.retryOf
  if (targets.length === 0) {
    const first = retried === undefined ? [] : [`hubspoke undo --run ${retried}  for the run that it retried`]
    throw runRefused({id, done: undoing.done}, 'it has written nothing', [...first, `hubspoke runs show ${id}`])
  }
  return {runId: id, verb, image: textArgument(run.args, 'image'), targets, retried}
}

/** The targets to look for, with what each returns to. No write of the undo itself has reached them. */
export function undoSource({runId, verb, image, targets}: UndoRequest): SourceRequest {
  const workloads = targets.map(({watched: _, ...recorded}) => ({
    ...recorded,
    target: requireWorkloadTarget(recorded.target),
    wrote: 'no' as const,
  }))
  const changes = new Map(
    targets.flatMap(({target, snapshot}) => {
      const before = snapshot && verb.before?.(snapshot)
      return before === undefined ? [] : [[target.key, `back to ${before}`] as const]
    }),
  )
  const query = imageQueryOf(image)
  return {from: 'ledger', recorded: {runId, query, targets: workloads, excluded: [], changes}}
}
