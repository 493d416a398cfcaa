import type {Trouble} from '../trouble.ts'
import {customResourceController} from './custom-resource-controller.ts'
import {daemonSetController} from './daemon-set-controller.ts'
import {deploymentController} from './deployment-controller.ts'
import {garbageCollector} from './garbage-collector.ts'
import {namespaceController} from './namespace-controller.ts'
import {NodeLifecycle} from './node-lifecycle.ts'
import {podController} from './pod-controller.ts'
import {podFaults} from './pod-faults.ts'
import {quotaController} from './quota-controller.ts'
import {replicaSetController} from './replica-set-controller.ts'
import {runController, type Simulation} from './simulation.ts'
import {statefulSetController} from './stateful-set-controller.ts'

/**
 * Starts every controller of a cluster.
 *
 * @param troubles the troubles of the cluster at the time of the call
 * @returns what to call when a trouble has begun or is over
 */
export function runControllers(
  simulation: Simulation,
  {ca, troubles}: {readonly ca: string; readonly troubles: () => readonly Trouble[]},
): {troublesChanged(change: 'added' | 'removed'): void} {
  const faults = podFaults(simulation.store, troubles)
  const pods = podController(simulation, faults)
  const lifecycle = new NodeLifecycle(simulation, faults.isLost)
  const controllers = [
    namespaceController(simulation, ca),
    deploymentController(simulation),
    replicaSetController(simulation),
    statefulSetController(simulation),
    daemonSetController(simulation),
    pods,
    garbageCollector(simulation),
    customResourceController(simulation),
    quotaController(simulation),
  ]
  for (const controller of controllers) runController(simulation, controller)
  return {
    troublesChanged: (change) => {
      lifecycle.refresh()
      if (change === 'removed') pods.retryAll()
    },
  }
}
