import {createHash} from 'node:crypto'
import type {ClusterIdentity} from '../model/cluster.ts'
import {HubspokeError} from '../model/failure.ts'
import {type Api, apiPath} from './api.ts'
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
    const namespace = await api.get(apiPath(['api', 'v1', 'namespaces', 'kube-system']), signal)
    const uid = textAt(objectAt(namespace, 'metadata'), 'uid')
    if (uid !== '') return {uid, standsIn: false}
  } catch (error) {
    if (!(error instanceof HubspokeError) || (error.status !== 403 && error.status !== 404)) throw error
  }
  const hash = createHash('sha256')
    .update(`${api.party.server}\n`)
    .update(await ca())
  return {uid: `sha256:${hash.digest('hex')}`, standsIn: true}
}
