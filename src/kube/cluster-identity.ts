import {createHash} from 'node:crypto'
import type {ClusterIdentity} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {oneObject} from './answers/object-question.ts'
import {namespaces} from './answers/resource.ts'
import type {Api} from './api.ts'
import {objectAt, textAt} from './json-fields.ts'

/**
 * The UID of `kube-system`. Where it may not be read, or does not exist, a hash of the server's URL and its CA stands in:
 * it tells two clusters apart, but not that two ways lead to the same one.
 */
export async function readClusterIdentity(
  api: Api,
  ca: () => Promise<string | Buffer>,
  signal: AbortSignal,
): Promise<ClusterIdentity> {
  try {
    const kubeSystem = oneObject(namespaces, {name: 'kube-system', without: 'resourceVersion'})
    return {uid: textAt(objectAt(await api.get(kubeSystem, signal), 'metadata'), 'uid'), standsIn: false}
  } catch (error) {
    const isTold = error instanceof HubspokeError && ['forbidden', 'not-found'].includes(error.failureClass)
    if (!isTold) throw error
  }
  const hash = createHash('sha256')
    .update(`${api.party.server}\n`)
    .update(await ca())
  return {uid: `sha256:${hash.digest('hex')}`, standsIn: true}
}
