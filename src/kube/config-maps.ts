import {HubspokeError} from '../model/failure.ts'
import {deletedObject, newObject, oneObject, replacedObject} from './answers/object-question.ts'
import {readList} from './answers/read-list.ts'
import {configMaps, namespaces} from './answers/resource.ts'
import {unlessMissing} from './answers/unless-missing.ts'
import type {Api} from './api.ts'
import {quoted} from './errors.ts'
import {objectAt, stringsOf, textAt} from './json-fields.ts'
import type {ConfigMapContent, ConfigMapObject, ConfigMaps, ConfigMapVersion} from './ports/config-maps.ts'
import {fieldManager} from './workloads/patch-template.ts'

const managedBy = {'app.kubernetes.io/managed-by': 'hubspoke'}

export function createConfigMaps(api: Api): ConfigMaps {
  return {
    async read(namespace, name, signal) {
      const found = await unlessMissing(
        api.getDated(oneObject(configMaps, {namespace, name, bareNotFound: true}), signal),
      )
      return found && {...toConfigMap(found.value), ...(found.serverDate && {serverDate: found.serverDate})}
    },
    async write(namespace, name, content, signal) {
      const body = toObject({namespace, name}, content)
      const request = {namespace, name, query: {fieldManager}, form: 'metadata'} as const
      if (content.resourceVersion === undefined) {
        return toVersion(await api.write({method: 'POST', question: newObject(configMaps, request), body}, signal))
      }
      const question = replacedObject(configMaps, request)
      const written = await unlessMissing(api.write({method: 'PUT', question, body}, signal))
      if (written !== undefined) return toVersion(written)
      const message = `The ConfigMap ${quoted(`${namespace}/${name}`)} of context ${quoted(api.party.context)} was deleted in the meantime.`
      throw new HubspokeError('conflict', message, {status: 404, refused: true})
    },
    async list(namespace, label, signal) {
      const labelSelector = [...Object.entries(managedBy).map(([key, value]) => `${key}=${value}`), label].join(',')
      const found = await readList(
        api,
        configMaps,
        {namespace, query: {labelSelector}, form: 'metadata', informs: true},
        signal,
      )
      return found.map((item) => textAt(objectAt(item, 'metadata'), 'name')).sort()
    },
    async delete(namespace, name, signal) {
      const body = {apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background'}
      const question = deletedObject(configMaps, {namespace, name})
      await unlessMissing(api.write({method: 'DELETE', question, body}, signal))
    },
    async createNamespace(namespace, signal) {
      const body = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace}}
      try {
        const question = newObject(namespaces, {name: namespace, query: {fieldManager}})
        await api.write({method: 'POST', question, body}, signal)
      } catch (error) {
        if (!(error instanceof HubspokeError)) throw error
        // "Already exists" is a conflict. A client without permission to create namespaces may still use one that exists.
        if (error.failureClass === 'conflict') return
        if (error.failureClass !== 'forbidden' || !(await exists(namespace, signal))) throw error
      }
    },
  }

  async function exists(namespace: string, signal: AbortSignal): Promise<boolean> {
    try {
      await api.get(oneObject(namespaces, {name: namespace}), signal)
      return true
    } catch (error) {
      if (error instanceof HubspokeError) return false
      throw error
    }
  }
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
