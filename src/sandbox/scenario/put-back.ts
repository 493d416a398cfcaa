import type {Clock} from '../../shared/clock.ts'
import type {AnsweredRequest} from '../answered-requests.ts'
import type {ApiObject} from '../api-object.ts'
import type {SandboxCluster} from '../sandbox.ts'
import type {OtherClient} from './scenario.ts'

type Reverted = Extract<OtherClient, {readonly type: 'reverted'}>

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
const defaultAfterMs = 5_000

/**
 * Restores the pod template and the replicas of a workload to their present values, a fixed time after each write of another
 * client, as a GitOps controller does that owns every field. Returns a function that ends it.
 */
export function putBack(
  cluster: SandboxCluster,
  {kind, namespace, name, afterMs = defaultAfterMs}: Reverted,
  {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
): () => void {
  const found = kinds.find((each) => (kind ?? each) === each && cluster.object(each, namespace, name) !== undefined)
  const original = found && cluster.object(found, namespace, name)
  if (found === undefined || original === undefined) return () => undefined
  const end = new AbortController()
  const either = AbortSignal.any([signal, end.signal])
  const plural = `${found.toLowerCase()}s`
  const concerns = (request: AnsweredRequest): boolean =>
    ['patch', 'update'].includes(request.verb) &&
    request.plural === plural &&
    request.namespace === namespace &&
    request.name === name &&
    request.status < 300 &&
    !request.dryRun
  const stop = cluster.onAnswered((request) => {
    if (!concerns(request)) return
    void clock.sleep(afterMs, either).then(() => {
      const now = cluster.object(found, namespace, name)
      if (!either.aborted && now !== undefined) cluster.patch(found, namespace, name, restoring(original, now))
    })
  })
  return () => {
    stop()
    end.abort()
  }
}

interface Spec {
  readonly replicas?: number
  readonly template: {
    readonly metadata: {
      readonly annotations?: Readonly<Record<string, string>>
      readonly labels?: Readonly<Record<string, string>>
    }
    readonly spec: object
  }
}

/** The merge patch from the present spec to the original one. */
function restoring(original: ApiObject, now: ApiObject): object {
  const [was, is] = [original.spec as Spec, now.spec as Spec]
  const {annotations, labels} = was.template.metadata
  const metadata = {
    annotations: restored(annotations, is.template.metadata.annotations),
    labels: restored(labels, is.template.metadata.labels),
  }
  const replicas = was.replicas === undefined ? {} : {replicas: was.replicas}
  return {spec: {...replicas, template: {metadata, spec: was.template.spec}}}
}

/** An added field is null, which removes it. */
function restored(
  was: Readonly<Record<string, string>> = {},
  is: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string | null>> {
  return {...Object.fromEntries(Object.keys(is).map((key) => [key, null])), ...was}
}
