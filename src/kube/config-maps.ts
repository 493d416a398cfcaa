import {HubspokeError} from '../model/failure.ts'
import {type Api, apiPath, metadataListOnly, metadataOnly} from './api.ts'
import {quoted} from './errors.ts'
import {objectAt, objectsAt, stringsOf, textAt} from './json-fields.ts'
import type {ConfigMapContent, ConfigMapObject, ConfigMaps, ConfigMapVersion} from './ports/config-maps.ts'
import {unlessMissing} from './workloads/read-workload.ts'
import {fieldManager} from './workloads/restart-workload.ts'

const managedBy = {'app.kubernetes.io/managed-by': 'hubspoke'}

export function createConfigMaps(api: Api): ConfigMaps {
  return {
    async read(namespace, name, signal) {
      const found = await unlessMissing(api.getDated(configMapPath(namespace, [name]), signal))
      return found && {...toConfigMap(found.body), ...(found.serverDate && {serverDate: found.serverDate})}
    },
    async write(namespace, name, content, signal) {
      const body = toObject({namespace, name}, content)
      if (content.resourceVersion === undefined) {
        const path = configMapPath(namespace, [], {fieldManager})
        return toVersion(await api.write({method: 'POST', path, body, accept: metadataOnly}, signal))
      }
      const path = configMapPath(namespace, [name], {fieldManager})
      const written = await unlessMissing(api.write({method: 'PUT', path, body, accept: metadataOnly}, signal))
      if (written !== undefined) return toVersion(written)
      const message = `The ConfigMap ${quoted(`${namespace}/${name}`)} of context ${quoted(api.party.context)} was deleted in the meantime.`
      throw new HubspokeError('conflict', message, {status: 404, refused: true})
    },
    async list(namespace, label, signal) {
      const labelSelector = [...Object.entries(managedBy).map(([key, value]) => `${key}=${value}`), label].join(',')
      const found = await api.get(configMapPath(namespace, [], {labelSelector}), signal, metadataListOnly)
      return objectsAt(found, 'items')
        .map((item) => textAt(objectAt(item, 'metadata'), 'name'))
        .sort()
    },
    async delete(namespace, name, signal) {
      const body = {apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background'}
      await unlessMissing(api.write({method: 'DELETE', path: configMapPath(namespace, [name]), body}, signal))
    },
    async createNamespace(namespace, signal) {
      const body = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}}
      try {
        await api.write({method: 'POST', path: apiPath(['api', 'v1', 'namespaces'], {fieldManager}), body}, signal)
      } catch (error) {
        if (!(error instanceof HubspokeError)) throw error
        // "Already exists" is a conflict. Who may not create namespaces may still be welcome in one that exists.
        if (error.failureClass === 'conflict') return
        if (error.failureClass !== 'forbidden' || !(await exists(namespace, signal))) throw error
      }
    },
  }

  async function exists(namespace: string, signal: AbortSignal): Promise<boolean> {
    try {
      await api.get(apiPath(['api', 'v1', 'namespaces', namespace]), signal)
      return true
    } catch (error) {
      if (error instanceof HubspokeError) return false
      throw error
    }
  }
}

function configMapPath(
  namespace: string,
  name: readonly string[],
  query: {readonly fieldManager?: string; readonly labelSelector?: string} = {},
): string {
  return apiPath(['api', 'v1', 'namespaces', namespace, 'configmaps', ...name], query)
}

function toObject(
  place: {readonly namespace: string; readonly name: string},
  {data, binaryData, labels, owner, resourceVersion}: ConfigMapContent,
): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...place,
      labels: {...managedBy, ...labels},
      ...(owner !== undefined && {ownerReferences: [{apiVersion: 'v1', kind: 'ConfigMap', ...owner}]}),
      ...(resourceVersion !== undefined && {resourceVersion}),
    },
    ...(data !== undefined && {data}),
    ...(binaryData !== undefined && {
      binaryData: Object.fromEntries(
        Object.entries(binaryData).map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
      ),
    }),
  }
}

function toConfigMap(object: unknown): ConfigMapObject {
  const binary = Object.entries(stringsOf(objectAt(object, 'binaryData')))
  return {
    ...toVersion(object),
    data: stringsOf(objectAt(object, 'data')),
    binaryData: Object.fromEntries(binary.map(([key, text]) => [key, Buffer.from(text, 'base64')])),
  }
}

function toVersion(object: unknown): ConfigMapVersion {
  const metadata = objectAt(object, 'metadata')
  return {uid: textAt(metadata, 'uid'), resourceVersion: textAt(metadata, 'resourceVersion')}
}
