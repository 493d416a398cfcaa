import {HubspokeError} from '../model/failure.ts'
import {type Api, apiPath} from './api.ts'
import {quoted} from './errors.ts'
import {objectAt, objectOf, stringsOf, textAt} from './json-fields.ts'
import type {ConfigMapObject, ConfigMaps} from './ports.ts'
import {unlessMissing} from './read-workload.ts'
import {fieldManager} from './restart-workload.ts'

export function createConfigMaps(api: Api): ConfigMaps {
  return {
    async read(namespace, name, signal) {
      const object = await unlessMissing(api.get(configMapPath(namespace, [name], {}), signal))
      return object === undefined ? undefined : toConfigMap(object)
    },
    async write(namespace, name, {data, resourceVersion}, signal) {
      const labels = {'app.kubernetes.io/managed-by': 'hubspoke'}
      const metadata = {name, namespace, labels, ...(resourceVersion === undefined ? {} : {resourceVersion})}
      const body = {apiVersion: 'v1', kind: 'ConfigMap', metadata, data}
      if (resourceVersion === undefined) {
        return toConfigMap(
          await api.write({method: 'POST', path: configMapPath(namespace, [], {fieldManager}), body}, signal),
        )
      }
      const written = await unlessMissing(
        api.write({method: 'PUT', path: configMapPath(namespace, [name], {fieldManager}), body}, signal),
      )
      if (written !== undefined) return toConfigMap(written)
      const message = `The ConfigMap ${quoted(`${namespace}/${name}`)} of context ${quoted(api.party.context)} was deleted in the meantime.`
      throw new HubspokeError('conflict', message, {status: 404, refused: true})
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

function configMapPath(namespace: string, name: readonly string[], query: {fieldManager?: string}): string {
  return apiPath(['api', 'v1', 'namespaces', namespace, 'configmaps', ...name], query)
}

function toConfigMap(object: unknown): ConfigMapObject {
  return {
    resourceVersion: textAt(objectAt(object, 'metadata'), 'resourceVersion'),
    data: stringsOf(objectAt(objectOf(object), 'data')),
  }
}
