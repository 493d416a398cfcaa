import type {Rollout} from '../../rollout/rollout.ts'
import type {WatchedChange} from './change-watch.ts'
import {readTemplateReceipt, type TemplateReceipt} from './template-receipt.ts'
import {readSnapshot} from './template-snapshot.ts'
import {watchRevert} from './watch-revert.ts'

/** Was the annotation of a workload written by another client after this run's? */
export type IsAfterOurs = (workloadUid: string, restartedAt: string | undefined, before?: string | null) => boolean

/** A new pod template, with the mark of the run. */
export function watchedTemplate(mark: string, isAfterOurs: IsAfterOurs): WatchedChange<TemplateReceipt> {
  return {
    read: readTemplateReceipt,
    doing: 'rolling out',
    isTakenBack({uid}, {reverts, snapshot}): Rollout['isTakenBack'] {
      if (reverts) return ({restartedAt}) => restartedAt === mark
      const before = readSnapshot(snapshot)
      return ({restartedAt, images}) =>
        (restartedAt !== mark && !isAfterOurs(uid, restartedAt, before?.restartedAt)) ||
        images.some(({container, image}) => before?.images.get(container) === image)
    },
    kind: () => undefined,
    worded: (end) => end,
    watchRevert,
  }
}
