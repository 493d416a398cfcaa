import type {ClusterIdentity, ContextRef} from '../../model/cluster.ts'
import type {ProtectedCluster} from '../../model/plan-view.ts'
import {canonicalServer} from '../../shared/canonical-server.ts'
import type {Protection} from '../config/config-file.ts'
import {protectionPhrase, protectionsOfContext, protectionsOfUid} from './matching-protections.ts'

/** A context, and the cluster that it pointed at when it was asked; undefined: it did not say. */
export interface IdentifiedContext {
  readonly context: ContextRef
  readonly identity: ClusterIdentity | undefined
}

/**
 * The contexts of a plan whose clusters are protected, each with all the reasons. A cluster is protected by its UID, or when
 * any context that points at it, selected or not, falls under a protection. Where it cannot be told whether a protected
 * context points there, because one of both did not say where it points, it is protected, too.
 *
 * @param known every context that falls under a protection, and whatever else was asked
 */
export function protectedClusters(
  planned: readonly IdentifiedContext[],
  known: readonly IdentifiedContext[],
  protections: readonly Protection[],
): readonly ProtectedCluster[] {
  const guarded = [...planned, ...known].flatMap((one) => {
    const [protection] = protectionsOfContext(one.context, protections)
    return protection ? [{...one, phrase: protectionPhrase(protection)}] : []
  })
  return planned.flatMap((place) => {
    const own = guarded.find(({context}) => context.name === place.context.name)
    if (own) return [{context: place.context.name, because: own.phrase}]
    const because = reasonByUid(place, protections) ?? reasonByAlias(place, guarded)
    return because === undefined ? [] : [{context: place.context.name, because}]
  })
}

function reasonByUid({identity}: IdentifiedContext, protections: readonly Protection[]): string | undefined {
  const uids = protections.filter(({kind}) => kind === 'clusterUid')
  const [first] = identity === undefined || identity.standsIn ? uids : protectionsOfUid(identity.uid, uids)
  if (first === undefined) return undefined
  if (identity !== undefined && !identity.standsIn) return protectionPhrase(first)
  return `its UID cannot be read, and it may be that of ${protectionPhrase(first)}`
}

type Guarded = IdentifiedContext & {readonly phrase: string}

function reasonByAlias(place: IdentifiedContext, guarded: readonly Guarded[]): string | undefined {
  const related = (wanted: Relation) => guarded.find((one) => relationOf(place, one) === wanted)
  const same = related('same')
  if (same) return `it is the same cluster as "${same.context.name}": ${same.phrase}`
  const unknown = related('unknown')
  if (unknown === undefined) return undefined
  const name = `"${unknown.context.name}"`
  const why =
    unknown.identity === undefined
      ? `${name} did not answer, and may point at this cluster`
      : `it cannot be told from ${name}: the UID of kube-system cannot be read`
  return `${why}: ${unknown.phrase}`
}

type Relation = 'same' | 'other' | 'unknown'

/** Do two contexts point at one cluster? The UIDs decide; equal URLs are taken for the same, different ones show nothing. */
function relationOf(one: IdentifiedContext, other: IdentifiedContext): Relation {
  if (canonicalServer(one.context.server) === canonicalServer(other.context.server)) return 'same'
  if (one.identity === undefined || other.identity === undefined) return 'unknown'
  if (one.identity.uid === other.identity.uid) return 'same'
  return one.identity.standsIn || other.identity.standsIn ? 'unknown' : 'other'
}
