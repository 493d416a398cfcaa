import {type ClusterFacts, isClusterTarget} from '../model/cluster-target.ts'
import type {LedgerFormats} from '../model/ledger.ts'
import {isShape, isText} from '../shared/shape.ts'
import {isKnownTarget, upgradeRecord} from './workloads/ledger-formats.ts'

const hasClusterFields = isShape<ClusterFacts>({clusterUid: isText, context: isText, server: isText})

/** What ledgers hold that only verbs can read. */
export const ledgerFormats: LedgerFormats = {
  upgrade: upgradeRecord,
  isTarget: (target) => isKnownTarget(target) && (!isClusterTarget(target) || hasClusterFields(target)),
}
