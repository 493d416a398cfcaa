import {globMatches} from '../../image/glob.ts'
import type {ContextRef} from '../../model/cluster.ts'
import {canonicalServer, serverNames} from '../../shared/canonical-server.ts'
import type {Protection} from '../config/config-file.ts'

/**
 * The protections that match a context by its name or its server. Case is ignored: another spelling probably refers
 * to the same context, and protecting too much is safer than too little.
 */
export function protectionsOfContext(
  {name, server}: Pick<ContextRef, 'name' | 'server'>,
  protections: readonly Protection[],
): readonly Protection[] {
  return protections.filter(({kind, pattern}) => {
    if (kind === 'context') return globMatches(folded(pattern), folded(name))
    if (kind === 'server') return serverMatches(pattern, server)
    return false
  })
}

/** The protections of a cluster by its UID. */
export function protectionsOfUid(uid: string, protections: readonly Protection[]): readonly Protection[] {
  return protections.filter(({kind, pattern}) => kind === 'clusterUid' && folded(pattern) === folded(uid))
}

function serverMatches(pattern: string, server: string): boolean {
  if (server === '') return false
  // A whole URL is compared in its canonical form; a pattern with wildcards is compared unchanged.
  const wanted =
    /[*?]/.test(pattern) || !pattern.includes('://') ? pattern.replace(/\/+$/, '') : canonicalServer(pattern)
  return serverNames(server).some((name) => globMatches(folded(wanted), folded(name)))
}

const folded = (text: string) => text.normalize('NFC').toLowerCase()

/** `context "prod-*" in ~/.config/hubspoke/config.yaml`: the entry that protects, as a clause; raw text. */
export function protectionPhrase({kind, pattern, path}: Protection): string {
  const words = {context: 'context', server: 'server', clusterUid: 'cluster UID'} as const
  return `${words[kind]} "${pattern}" in ${path}`
}

/** Entries for contexts and servers that match no context of the kubeconfig; UIDs cannot be checked without the clusters. */
export function unmatchedProtections(
  contexts: readonly ContextRef[],
  protections: readonly Protection[],
): readonly Protection[] {
  const matched = new Set(contexts.flatMap((context) => protectionsOfContext(context, protections)))
  return protections.filter((one) => one.kind !== 'clusterUid' && !matched.has(one))
}

/** The sentence about an entry that protects nothing; raw text. */
export function unmatchedSentence({kind, pattern, path, line}: Protection): string {
  const none = {
    context: 'no context of the kubeconfig has such a name',
    server: 'no context of the kubeconfig has such a server',
    clusterUid: 'no context of the kubeconfig points at that cluster',
  } as const
  return `"${pattern}" in ${path} (line ${line}) protects nothing: ${none[kind]}.`
}
