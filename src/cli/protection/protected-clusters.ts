import type {ClusterIdentity, ContextRef} from '../../model/cluster.ts'
import type {ProtectedCluster} from '../../model/plan-view.ts'
import {canonicalServer} from '../../shared/canonical-server.ts'
import type {Protection} from '../config/config-file.ts'
import {protectionPhrase, protectionsOfContext, protectionsOfUid} from './matching-protections.ts'

/** A context, and the cluster that it reported; undefined: it did not report one. */
export interface IdentifiedContext {
  readonly context: ContextRef
  readonly identity: ClusterIdentity | undefined
}

/**
 * The contexts of a plan whose clusters are protected, each with all the reasons. A cluster is protected by its UID, or when
 * any context that points at it, selected or not, matches a protection. If it is not known whether a protected
 * context points there, because one of the two did not report its cluster, it is protected, too.
 *
 * @param known every context that matches a protection, and all others that were read
 */
export function protectedClusters(
  planned: readonly IdentifiedContext[],
  known: readonly IdentifiedContext[],
  protections: readonly Protection[],
): readonly ProtectedCluster[] {
  const guarded = [...planned, ...known].flatMap((one) => {
    const [protection] = protectionsOfContext(one.context, protections)
    return protection ? [{...one, protection}] : []
  })
  return planned.flatMap((place) => {
    const own = guarded.find(({context}) => context.name === place.context.name)
    const found = own
      ? {protection: own.protection, because: protectionPhrase(own.protection)}
      : (reasonByUid(place, protections) ?? reasonByAlias(place, guarded))
    if (found === undefined) return []
    const {kind: by, pattern, path, line} = found.protection
    return [{context: place.context.name, because: found.because, by, pattern, path, line}]
  })
}

interface Reason {
  readonly protection: Protection
  readonly because: string
}

function reasonByUid({identity}: IdentifiedContext, protections: readonly Protection[]): Reason | undefined {
  const uids = protections.filter(({kind}) => kind === 'clusterUid')
  const isRead = identity !== undefined && !identity.isFallback
  const [protection] = isRead ? protectionsOfUid(identity.uid, uids) : uids
  if (protection === undefined) return undefined
  const phrase = protectionPhrase(protection)
  return {protection, because: isRead ? phrase : `its UID cannot be read, and it may be that of ${phrase}`}
}

type Guarded = IdentifiedContext & {readonly protection: Protection}

function reasonByAlias(place: IdentifiedContext, guarded: readonly Guarded[]): Reason | undefined {
  const related = (wanted: Relation) => guarded.find((one) => relationOf(place, one) === wanted)
  const found = related('same') ?? related('unknown')
  if (found === undefined) return undefined
  const name = `"${found.context.name}"`
  const because = {
    same: `it is the same cluster as ${name}`,
    unknown: `it cannot be told from ${name}: the UID of kube-system cannot be read`,
    silent: `${name} did not answer, and may point at this cluster`,
  }
  const relation = relationOf(place, found) === 'same' ? 'same' : found.identity === undefined ? 'silent' : 'unknown'
  return {protection: found.protection, because: `${because[relation]}: ${protectionPhrase(found.protection)}`}
}

type Relation = 'same' | 'other' | 'unknown'

/** Whether two contexts point at one cluster. The UIDs decide; equal URLs count as the same, different ones prove nothing. */
function relationOf(one: IdentifiedContext, other: IdentifiedContext): Relation {
  if (canonicalServer(one.context.server) === canonicalServer(other.context.server)) return 'same'
  if (one.identity === undefined || other.identity === undefined) return 'unknown'
  if (one.identity.uid === other.identity.uid) return 'same'
  return one.identity.isFallback || other.identity.isFallback ? 'unknown' : 'other'
}
