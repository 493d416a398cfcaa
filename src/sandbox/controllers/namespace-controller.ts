import type {ApiObject} from '../api-object.ts'
import {configMaps, namespaces, type Resource, serviceAccounts} from '../objects/resources.ts'
import {type Controller, controllerManager, type Simulation} from './simulation.ts'
import {isTerminating} from './workload-types.ts'

const caNote =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

/** Sets up new namespaces, and empties terminating ones before they are removed. */
export function namespaceController(simulation: Simulation, ca: string): Controller {
  const {store} = simulation
  return {
    concerns: ({resource, type, key, object}) => {
      if (resource === namespaces) return type === 'DELETED' ? [] : [key]
      const {namespace} = object.metadata
      return type === 'DELETED' && namespace !== undefined ? [namespace] : []
    },
    sync: (name) => {
      const namespace = store.get(namespaces, name)
      if (namespace === undefined) return
      if (!isTerminating(namespace)) furnish(simulation, name, ca)
      else if (clear(simulation, name) === 0) store.delete(namespaces, name)
    },
  }
}

function furnish({store, registry}: Simulation, namespace: string, ca: string): void {
  const furniture: readonly [Resource, ApiObject][] = [
    [serviceAccounts, {metadata: {name: 'default'}}],
    [
      configMaps,
      {
        metadata: {name: 'kube-root-ca.crt', annotations: {'kubernetes.io/description': caNote}},
        data: {'ca.crt': ca},
      },
    ],
  ]
  for (const [resource, object] of furniture) {
    if (store.get(resource, `${namespace}/${object.metadata.name}`) !== undefined) continue
    registry.create(resource, namespace, object, controllerManager)
  }
}

/** Deletes the content of the namespace; returns how many objects are left. */
function clear({store, registry}: Simulation, namespace: string): number {
  const inside = (): [Resource, ApiObject][] =>
    store.resources.flatMap((resource) =>
      store
        .all(resource)
        .filter(({metadata}) => metadata.namespace === namespace)
        .map((object): [Resource, ApiObject] => [resource, object]),
    )
  for (const [resource, object] of inside()) {
    if (!isTerminating(object)) registry.delete(resource, namespace, object.metadata.name)
  }
  return inside().length
}
