import {HubspokeError} from '../../model/failure.ts'
import type {WorkloadIdentity} from '../../model/workload.ts'
import {readList} from '../answers/read-list.ts'
import type {Resource} from '../answers/resource.ts'
import type {Api} from '../api.ts'
import {type JsonObject, numberAt, objectAt, sentenceAt, textAt} from '../json-fields.ts'
import type {Autoscaler, AutoscalerNotRead} from '../ports/workloads.ts'

/** Served since Kubernetes 1.23. */
const autoscalers: Resource = {
  ...{group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler'},
  scope: 'namespace',
}

const pageSize = '500'

/** An autoscaler, and the workload that it scales. */
interface AimedAutoscaler extends Autoscaler {
  readonly kind: string
  readonly workload: string
}

/**
 * Finds the HorizontalPodAutoscaler that sets the replicas of a workload. Takes one list per namespace, which is kept unless it
 * failed; undefined: there is none. Rejects with a `HubspokeError` for a list that failed and was not forbidden.
 */
export function createAutoscalers(
  api: Api,
): (workload: WorkloadIdentity, signal: AbortSignal) => Promise<Autoscaler | AutoscalerNotRead | undefined> {
  const lists = new Map<string, Promise<readonly AimedAutoscaler[]>>()

  function listOf(namespace: string, signal: AbortSignal): Promise<readonly AimedAutoscaler[]> {
    const known = lists.get(namespace)
    if (known !== undefined) return known
    const list = readList(api, autoscalers, {namespace, informs: true, query: {limit: pageSize}}, signal).then(
      (items) => items.map(toAimed),
    )
    lists.set(namespace, list)
    list.catch(() => lists.delete(namespace))
    return list
  }

  return async ({kind, namespace, name}, signal) => {
    try {
      const list = await listOf(namespace, signal)
      const found = list.find((one) => one.kind === kind && one.workload === name)
      return found && {namespace, name: found.name, min: found.min, max: found.max}
    } catch (error) {
      if (error instanceof HubspokeError && error.failureClass === 'forbidden') return {notRead: error.toFailure()}
      throw error
    }
  }
}

/** An absent `minReplicas` is 1. References to other groups than `apps` are of no workload of hubspoke. */
function toAimed(object: JsonObject): AimedAutoscaler {
  const metadata = objectAt(object, 'metadata')
  const spec = objectAt(object, 'spec')
  const target = objectAt(spec, 'scaleTargetRef')
  const isOfApps = textAt(target, 'apiVersion').startsWith('apps/')
  return {
    namespace: textAt(metadata, 'namespace'),
    name: sentenceAt(metadata, 'name'),
    kind: isOfApps ? textAt(target, 'kind') : '',
    workload: textAt(target, 'name'),
    min: numberAt(spec, 'minReplicas', 1),
    max: numberAt(spec, 'maxReplicas'),
  }
}
