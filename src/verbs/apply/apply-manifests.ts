import type {ApiObject, ServedKind} from '../../kube/ports/objects.ts'
import {applyStages} from '../../manifests/apply-order.ts'
import type {Manifest} from '../../manifests/manifest.ts'
import {type FailureClass, HubspokeError} from '../../model/failure.ts'
import type {Part} from '../../model/result.ts'
import {isRetryable} from '../../model/retryable.ts'
import type {Attempt, Settled} from '../../model/spoke.ts'
import type {Clock} from '../../shared/clock.ts'
import {createSemaphore} from '../../shared/semaphore.ts'
import type {ObjectsOfContext} from '../verb.ts'
import {applyObject} from './apply-object.ts'
import {type ClusterKinds, isDefinition, readKinds} from './cluster-kinds.ts'
import {endOfParts} from './end-of-parts.ts'
import {isEstablished, requireStays} from './established.ts'
import {type PlacedObject, placedObject} from './placed-objects.ts'
import {refusedPart} from './refused-object.ts'

/** Objects of one cluster that are applied at once: they share one connection with all that is read. */
const atOnce = 8

const pollMs = 200

export interface ClusterApply {
  readonly manifests: readonly Manifest[]
  readonly objects: ObjectsOfContext
  readonly context: string
  readonly attempt: Attempt
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly namespace: string | undefined
  readonly force: boolean
  readonly dryRun: boolean
  /** The longest wait for a CustomResourceDefinition, in milliseconds. */
  readonly timeoutMs: number
  /** The parts that earlier attempts have brought to a good end, by name; those of this attempt are added. */
  readonly done: Map<string, Part>
}

/** Failures after which no other object of the same cluster would do better. */
const ofTheCluster: ReadonlySet<FailureClass> = new Set([
  'unreachable',
  'unauthenticated',
  'throttled',
  'other-cluster',
  'internal',
])

/**
 * Applies the manifests to one cluster, stage by stage: what others need comes first. An object that is rejected does not keep
 * the others from being applied.
 *
 * Rejects with a `HubspokeError` when another attempt may do better, or when nothing more may be written.
 */
export async function applyManifests(apply: ClusterApply): Promise<Settled> {
  const {manifests, objects, attempt, namespace, done} = apply
  const kinds = await readKinds(manifests, objects, attempt.signal)
  const defaultNamespace = namespace ?? objects.defaultNamespace
  const place = (manifest: Manifest) => placedObject(manifest, {kinds, defaultNamespace})
  const stages = applyStages(manifests).map((stage) => stage.map(place))
  const state: State = {
    kinds,
    parts: new Map(done),
    troubles: [],
    coming: new Set(stages.flat().flatMap(comingNamespace)),
  }
  for (const {name} of stages.flat()) if (!done.has(name)) state.parts.set(name, {name, outcome: 'not-run', reason: ''})
  await Promise.all([...state.parts.values()].map((part) => attempt.part(part)))
  for (const stage of stages) {
    await applyStage(
      stage.filter(({name}) => !done.has(name)),
      state,
      apply,
    )
    if (state.fatal !== undefined) break
  }
  for (const part of state.parts.values()) if (isGood(part)) done.set(part.name, part)
  if (state.fatal !== undefined && !(state.fatal instanceof HubspokeError)) throw state.fatal
  return endOfParts([...state.parts.values()], {fatal: state.fatal, troubles: state.troubles, dryRun: apply.dryRun})
}

interface State {
  kinds: ClusterKinds
  /** By name, as last reported. */
  readonly parts: Map<string, Part>
  /** What another attempt may not have. */
  readonly troubles: HubspokeError[]
  /** The namespaces among the manifests. */
  readonly coming: ReadonlySet<string>
  /** Nothing more is written in this attempt. */
  fatal?: unknown
}

const isGood = ({outcome}: Part) => outcome === 'succeeded' || outcome === 'unchanged'

function comingNamespace({manifest: {kind, apiVersion, name}}: PlacedObject): readonly string[] {
  return kind === 'Namespace' && apiVersion === 'v1' ? [name] : []
}

async function applyStage(stage: readonly PlacedObject[], state: State, apply: ClusterApply): Promise<void> {
  const inTurn = createSemaphore(atOnce)
  await Promise.all(stage.map((object) => inTurn(() => applyOne(object, state, apply))))
  if (stage.some(({manifest}) => isDefinition(manifest)) && !apply.dryRun && state.fatal === undefined) {
    state.kinds = await readKinds(apply.manifests, apply.objects, apply.attempt.signal)
  }
}

async function applyOne(object: PlacedObject, state: State, apply: ClusterApply): Promise<void> {
  if (state.fatal !== undefined) return
  const report = async (part: Part) => {
    state.parts.set(part.name, part)
    await apply.attempt.part(part)
  }
  try {
    await report(await partOf(object, state, apply))
  } catch (error) {
    if (!(error instanceof HubspokeError) || error.failureClass === 'internal') {
      state.fatal ??= error
      return
    }
    if (ofTheCluster.has(error.failureClass)) state.fatal ??= error
    const isOpen = isRetryable(error.failureClass) && error.conflicts.length === 0
    if (isOpen) state.troubles.push(error)
    await report(
      isOpen && !error.refused && !error.observed
        ? openPart(object, error, apply)
        : refusedPart(object, error, apply.context),
    )
  }
}

/** The answer to a write was lost; without a write there is nothing that could have arrived. */
function openPart({name}: PlacedObject, {message}: HubspokeError, {dryRun}: ClusterApply): Part {
  return {name, outcome: dryRun ? 'not-run' : 'unverified', reason: message}
}

async function partOf(object: PlacedObject, state: State, apply: ClusterApply): Promise<Part> {
  const {objects, attempt, force, dryRun} = apply
  const {name, manifest} = object
  const kind = state.kinds.servedAs(manifest)
  const unchecked = dryRun && whyUnchecked(object, kind, state)
  if (unchecked) return {name, outcome: 'succeeded', reason: unchecked}
  if (kind === undefined) throw notServed(manifest)
  const {part, after} = await applyObject(object, kind, {objects, attempt, force, dryRun})
  requireStays(after)
  if (isDefinition(manifest) && !dryRun) await untilServed(object, {kind, after}, apply)
  return part
}

/** A dry run creates nothing, so the server cannot check what is to be in a new namespace, or of a new kind. */
function whyUnchecked({manifest, place}: PlacedObject, kind: ServedKind | undefined, {kinds, coming, parts}: State) {
  if (kind === undefined) {
    return (
      kinds.scopeOf(manifest) && 'would be created; the server has not checked it, because its kind does not exist yet'
    )
  }
  const {namespace} = place
  if (namespace === undefined || !coming.has(namespace)) return undefined
  const isNew = parts.get(`Namespace/${namespace}`)?.reason === 'would be created'
  return isNew ? 'would be created; the server has not checked it, because its namespace does not exist yet' : undefined
}

function notServed({kind, apiVersion}: Manifest): HubspokeError {
  return new HubspokeError('not-found', `The cluster does not serve the kind ${kind} of ${apiVersion}.`, {
    observed: true,
  })
}

/** Waits until the kind of a CustomResourceDefinition is served: objects of the stages that follow may be of it. */
async function untilServed(
  {place}: PlacedObject,
  {kind, after}: {readonly kind: ServedKind; readonly after: ApiObject},
  {objects, attempt, clock, timeoutMs}: ClusterApply,
): Promise<void> {
  const deadline = clock.now() + timeoutMs
  let found: ApiObject | undefined = after
  while (found === undefined || !isEstablished(found)) {
    if (clock.now() >= deadline) {
      throw new HubspokeError('rollout', 'It was applied, and the API server does not serve its kind yet.', {
        observed: true,
      })
    }
    await clock.sleep(pollMs, attempt.signal)
    attempt.signal.throwIfAborted()
    found = await objects.read(kind, place, attempt.signal)
  }
}
