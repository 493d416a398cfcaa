import {keysOf, usedBy} from '../admission/quota.ts'
import {resourceQuotas} from '../objects/resources.ts'
import {objectAt} from '../patches/json.ts'
import {type Controller, type Simulation, writeStatus} from './simulation.ts'
import {isTerminating} from './workload-types.ts'

/** Keeps the status of ResourceQuotas: what they limit, and how much of it is used. */
export function quotaController(simulation: Simulation): Controller {
  const {store} = simulation
  return {
    concerns: ({resource, type, key, object}) => {
      if (resource === resourceQuotas) return [key]
      if (type === 'MODIFIED') return []
      const {namespace} = object.metadata
      return store
        .all(resourceQuotas)
        .filter(({metadata}) => metadata.namespace === namespace)
        .map(({metadata}) => `${namespace}/${metadata.name}`)
    },
    sync: (key) => {
      const quota = store.get(resourceQuotas, key)
      if (quota === undefined || isTerminating(quota)) return
      const hard = objectAt(quota.spec, 'hard')
      const used = Object.keys(hard).map((counted): [string, string] => {
        const resource = store.resources.find((each) => keysOf(each).includes(counted))
        return [counted, String(resource === undefined ? 0 : usedBy(store, resource, quota.metadata.namespace ?? ''))]
      })
      writeStatus(simulation, resourceQuotas, quota, {hard, used: Object.fromEntries(used)})
    },
  }
}
