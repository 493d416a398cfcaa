import {createHash} from 'node:crypto'
import type {ClusterIdentity, ContextRef} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {kubectlCommand} from '../shared/suggested-command.ts'
import {oneObject} from './answers/object-question.ts'
import {namespaces} from './answers/resource.ts'
import type {Api} from './api.ts'
import {quoted} from './errors.ts'
import {objectAt, textAt} from './json-fields.ts'

/**
 * The UID of `kube-system`. Where it may not be read, or does not exist, the fallback is a hash of the server's URL and its
 * CA: it distinguishes two clusters, but does not show that two contexts lead to the same one.
 */
export async function readClusterIdentity(
  api: Api,
  ca: () => Promise<string | Buffer>,
  signal: AbortSignal,
): Promise<ClusterIdentity> {
  try {
    const kubeSystem = oneObject(namespaces, {name: 'kube-system', without: 'resourceVersion'})
    return {uid: textAt(objectAt(await api.get(kubeSystem, signal), 'metadata'), 'uid'), isFallback: false}
  } catch (error) {
    const isUnreadable = error instanceof HubspokeError && ['forbidden', 'not-found'].includes(error.failureClass)
    if (!isUnreadable) throw error
  }
  const hash = createHash('sha256')
    .update(`${api.party.server}\n`)
    .update(await ca())
  return {uid: `sha256:${hash.digest('hex')}`, isFallback: true}
}

/** @throws HubspokeError of class `other-cluster` unless the context still points at the cluster with this UID */
export function requireSameCluster({name}: Pick<ContextRef, 'name'>, uid: string, found: ClusterIdentity): void {
  if (found.uid === uid) return
  const message = found.isFallback
    ? `It can no longer be determined which cluster context ${quoted(name)} points at: the UID of its kube-system cannot be read.`
    : `Context ${quoted(name)} points at another cluster than before: its UID is ${quoted(found.uid)}, and was ${quoted(uid)}.`
  const suggestions = [kubectlCommand({context: name}, 'get', 'namespace', 'kube-system', '-o', 'yaml')]
  throw new HubspokeError('other-cluster', message, {suggestions, refused: true})
}
