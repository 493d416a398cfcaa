import type {SpokeResult} from '../../model/result.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {countOf, someOf} from '../../shared/words.ts'
import type {NamedTarget} from './named-target.ts'

const namesShown = 5

/**
 * What the plan says about the targets of a file: identities that could not be checked, and targets of the file that are
 * not in the plan.
 */
export function notesOn(
  file: string,
  targets: readonly NamedTarget[],
  ended: readonly SpokeResult<WorkloadTarget>[],
): readonly string[] {
  const byReason = Map.groupBy(ended, ({reason}) => reason)
  return [
    ...uncheckedNotes(file, targets),
    ...[...byReason].map(([reason, of]) => {
      const names = someOf(
        of.map(({target}) => target.label),
        namesShown,
      )
      return `${countOf(of.length, 'target')} of ${file} will not be written (${reason.replace(/\.$/, '')}): ${names}.`
    }),
  ]
}

function uncheckedNotes(file: string, targets: readonly NamedTarget[]): readonly string[] {
  const noCluster = targets.filter(({clusterUid}) => clusterUid === undefined).length
  const noUid = targets.filter(({clusterUid, uid}) => clusterUid !== undefined && uid === undefined).length
  return [
    ...(noCluster > 0
      ? [
          `${countOf(noCluster, 'target')} of ${file} ${noCluster === 1 ? 'has' : 'have'} names only, no UIDs: whether a context still leads to the same cluster, and a name to the same workload, cannot be checked.`,
        ]
      : []),
    ...(noUid > 0
      ? [
          `${countOf(noUid, 'target')} of ${file} ${noUid === 1 ? 'has' : 'have'} no UID: whether a name still belongs to the same workload cannot be checked.`,
        ]
      : []),
  ]
}
