import type {CheckEntry, CheckReport, ProtectionEntry} from '../../model/check-report.ts'
import type {Clusters} from '../clusters.ts'
import type {Protection} from '../config/config-file.ts'
import {findProtected} from './find-protected.ts'
import type {IdentifyDeps} from './identify-contexts.ts'
import {protectionsOfUid, unmatchedProtections} from './matching-protections.ts'
import type {IdentifiedContext} from './protected-clusters.ts'

/** The same entries, each with the reason for its protection; and entries of config files that protect nothing. */
export async function checkProtection(
  entries: readonly CheckEntry[],
  clusters: Clusters,
  deps: Omit<IdentifyDeps, 'open'>,
): Promise<{readonly entries: readonly CheckEntry[]} & Pick<CheckReport, 'unmatchedProtections'>> {
  const {all, selected, leftOut, protections} = clusters
  const known = selected.flatMap((context): IdentifiedContext[] => {
    const {uid = null, uidIsFallback} = entries.find((entry) => entry.context === context.name) ?? {}
    return [{context, identity: uid === null ? undefined : {uid, isFallback: uidIsFallback ?? false}}]
  })
  const found = new Map((await findProtected(known, known, clusters, deps)).map((one) => [one.context, one]))
  const unmatched = unmatchedProtections(all, protections)
  return {
    entries: entries.map((entry) => {
      const one = found.get(entry.context)
      if (one === undefined) return entry
      const {by, pattern, path: file, line, because: reason} = one
      return {...entry, protected: {by, pattern, file, line, reason}}
    }),
    // A UID is known to match no context only if every context has reported its cluster.
    unmatchedProtections: [...unmatched, ...(leftOut.length === 0 ? unmatchedUids(known, protections) : [])].map(
      toEntry,
    ),
  }
}

function unmatchedUids(known: readonly IdentifiedContext[], protections: readonly Protection[]): readonly Protection[] {
  const uids = known.flatMap(({identity}) => (identity && !identity.isFallback ? [identity.uid] : []))
  if (uids.length < known.length) return []
  const matched = new Set(uids.flatMap((uid) => protectionsOfUid(uid, protections)))
  return protections.filter((one) => one.kind === 'clusterUid' && !matched.has(one))
}

function toEntry({kind: by, pattern, path: file, line}: Protection): ProtectionEntry {
  return {by, pattern, file, line}
}
