import {isReconciling, mayPutBackLater, type Owner, ownerName} from '../../model/owner.ts'
import type {Settled} from '../../model/spoke.ts'
import type {WorkloadTarget} from '../../model/workload-target.ts'
import {kubectlName} from '../../rollout/kubectl-command.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {countOf, someOf} from '../../shared/words.ts'
import type {PlanFacts} from '../verb.ts'

/** So many targets are named in one sentence. */
const mostNamed = 5

/** What the owner of a workload does to an image that is not the one of its source; a clause after the name of the owner. */
function reaction({tool}: Owner): string {
  if (tool === 'argo-cd') return 'sets the previous image again at its next sync, at once with self-heal'
  if (tool === 'flux') return 'sets the previous image again at its next reconciliation'
  if (tool === 'helm') return 'sets the image of its chart at the next upgrade'
  return 'may set the previous image again'
}

/** The result where a reconciled workload is not written. */
export function leftToOwner(target: WorkloadTarget, owner: Owner): Settled {
  const message = `${ownerName(owner)} reconciles it, and ${reaction(owner)}: it was left alone`
  const suggestions = [
    kubectlCommand(target, 'get', kubectlName(target), '-o', 'yaml'),
    '--override-owner  to set its image nevertheless',
  ]
  return {outcome: 'skipped', reason: message, failure: {class: 'owned', message, suggestions}}
}

/** Added to a success. Undefined: the watch after the rollout adds it for this owner. */
export function ownerRemark(owner: Owner): string | undefined {
  return mayPutBackLater(owner) ? undefined : `${ownerName(owner)} ${reaction(owner)}`
}

/** What the plan says of targets with an owner: one sentence for each reaction. */
export function ownedRemarks(
  {targets, traits}: Pick<PlanFacts, 'targets' | 'traits'>,
  {overrideOwner}: {readonly overrideOwner: boolean},
): readonly string[] {
  const owned = targets.flatMap((target) => {
    const owner = traits.get(target.key)?.owner
    return owner ? [{target, owner}] : []
  })
  const bySentence = Map.groupBy(owned, ({owner}) => `the owner ${reaction(owner)}${fate(owner, {overrideOwner})}`)
  return [...bySentence].map(([sentence, of]) => {
    const names = of.map(({target}) => target.label)
    return `${countOf(of.length, 'target')}: ${sentence}: ${someOf(names, mostNamed)}.`
  })
}

function fate(owner: Owner, {overrideOwner}: {readonly overrideOwner: boolean}): string {
  if (!isReconciling(owner)) return ''
  return overrideOwner ? '; set nevertheless (--override-owner)' : '; skipped, --override-owner sets it nevertheless'
}
