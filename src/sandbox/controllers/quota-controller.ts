import {quotaStatus} from '../objects/quota.ts'
import {pods, resourceQuotas} from '../objects/resources.ts'
import {type Controller, type Simulation, writeStatus} from './simulation.ts'

/** Writes into the status of each ResourceQuota what of it is used. */
export function quotaController(simulation: Simulation): Controller {
  const {store} = simulation
  const inNamespace = (namespace: string | undefined): string[] =>
    store
      .all(resourceQuotas)
      .filter(({metadata}) => metadata.namespace === namespace)
      .map(({metadata}) => `${metadata.namespace}/${metadata.name}`)
  return {
    concerns: (change) => {
      if (change.resource === resourceQuotas) return [change.key]
      return change.resource === pods ? inNamespace(change.object.metadata.namespace) : []
    },
    sync: (key) => {
      const quota = store.get(resourceQuotas, key)
      if (quota !== undefined) writeStatus(simulation, resourceQuotas, quota, quotaStatus(store, quota))
    },
  }
}
