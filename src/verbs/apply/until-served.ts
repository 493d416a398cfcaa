import type {ApiObject, ClusterObjects, ServedKind} from '../../kube/ports/objects.ts'
import type {Manifest} from '../../manifests/manifest.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {Attempt} from '../../model/spoke.ts'
import type {Clock} from '../../shared/clock.ts'
import {type ClusterKinds, definedKinds, kindKey, readKinds} from './cluster-kinds.ts'
import {isEstablished} from './established.ts'
import type {PlacedObject} from './placed-objects.ts'

const pollMs = 200

export interface Waiting {
  readonly manifests: readonly Manifest[]
  readonly objects: Pick<ClusterObjects, 'read' | 'kinds'>
  readonly attempt: Pick<Attempt, 'signal'>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  /** The longest wait for a CustomResourceDefinition, in milliseconds. */
  readonly timeoutMs: number
}

/** Waits until a CustomResourceDefinition is established: objects of the stages that follow may be of its kind. */
export async function untilServed(
  {place}: PlacedObject,
  {kind, after}: {readonly kind: ServedKind; readonly after: ApiObject},
  waiting: Waiting,
): Promise<void> {
  let found: ApiObject | undefined = after
  const isServed = await polled(waiting, async () => {
    if (found !== undefined && isEstablished(found)) return true
    found = await waiting.objects.read(kind, place, waiting.attempt.signal)
    return found !== undefined && isEstablished(found)
  })
  if (isServed) return
  throw new HubspokeError('rollout', 'It was applied, and the API server does not serve its kind yet.', {
    observed: true,
  })
}

/** The kinds, as soon as those of the definitions are among them: a server lists them a moment after it serves them. */
export async function untilDiscovered(definitions: readonly PlacedObject[], waiting: Waiting): Promise<ClusterKinds> {
  const {manifests, objects, attempt} = waiting
  const defined = definedKinds(definitions.map(({manifest}) => manifest))
  let kinds = await readKinds(manifests, objects, attempt.signal)
  await polled(waiting, async () => {
    const missing = manifests.some((one) => defined.has(kindKey(one)) && kinds.servedAs(one) === undefined)
    if (missing) kinds = await readKinds(manifests, objects, attempt.signal)
    return !missing
  })
  return kinds
}

/** Asks again and again, until it is so (true), or the time of a wait has passed (false). */
async function polled({clock, attempt, timeoutMs}: Waiting, isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = clock.now() + timeoutMs
  for (;;) {
    if (await isSo()) return true
    if (clock.now() >= deadline) return false
    await clock.sleep(pollMs, attempt.signal)
    attempt.signal.throwIfAborted()
  }
}
