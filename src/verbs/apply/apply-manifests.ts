import type {ServedKind} from '../../kube/ports/objects.ts'
import {applyStages} from '../../manifests/apply-order.ts'
import type {Manifest} from '../../manifests/manifest.ts'
import {type FailureClass, HubspokeError} from '../../model/failure.ts'
import type {Part} from '../../model/result.ts'
import {isRetryable} from '../../model/retryable.ts'
import type {Attempt, Settled} from '../../model/spoke.ts'
import {createSemaphore} from '../../shared/semaphore.ts'
import type {ObjectsOfContext} from '../verb.ts'
import {applyObject} from './apply-object.ts'
import {type ClusterKinds, isDefinition, readKinds} from './cluster-kinds.ts'
import {endOfParts} from './end-of-parts.ts'
import {requireStays} from './established.ts'
import {type PlacedObject, placedObject} from './placed-objects.ts'
import {refusedPart, withoutValues} from './refused-object.ts'
import {untilDiscovered, untilServed, type Waiting} from './until-served.ts'

/** Objects of one cluster that are applied at once: they share one connection with all that is read. */
const atOnce = 8

export interface ClusterApply extends Waiting {
  readonly objects: ObjectsOfContext
  readonly context: string
  readonly attempt: Attempt
  readonly namespace: string | undefined
  readonly force: boolean
  readonly dryRun: boolean
  /** The objects by name, as the attempts of this process have last reported them. */
  readonly parts: Map<string, Part>
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
  const {manifests, objects, attempt, namespace, parts, dryRun} = apply
  const kinds = await readKinds(manifests, objects, attempt.signal)
  const defaultNamespace = namespace ?? objects.defaultNamespace
  const place = (manifest: Manifest) => placedObject(manifest, {kinds, defaultNamespace})
  const stages = applyStages(manifests).map((stage) => stage.map(place))
  for (const {name} of stages.flat()) if (!parts.has(name)) parts.set(name, {name, outcome: 'not-run', reason: ''})
  await Promise.all([...parts.values()].map((part) => attempt.part(part)))
  const state: State = {kinds, troubles: [], coming: new Set(stages.flat().flatMap(comingNamespace))}
  for (const stage of stages) {
    const open = stage.filter(({name}) => !isGood(parts.get(name)))
    await applyStage(open, state, apply)
    if (state.fatal !== undefined) break
  }
  if (state.fatal !== undefined && !(state.fatal instanceof HubspokeError)) throw state.fatal
  return endOfParts([...parts.values()], {fatal: state.fatal, troubles: state.troubles, dryRun})
}

/** What one attempt knows. */
interface State {
  kinds: ClusterKinds
  /** What another attempt may not have. */
  readonly troubles: HubspokeError[]
  /** The namespaces among the manifests. */
  readonly coming: ReadonlySet<string>
  /** Nothing more is written in this attempt. */
  fatal?: unknown
}

const isGood = (part: Part | undefined) => part?.outcome === 'succeeded' || part?.outcome === 'unchanged'

function comingNamespace({manifest: {kind, apiVersion, name}}: PlacedObject): readonly string[] {
  return kind === 'Namespace' && apiVersion === 'v1' ? [name] : []
}

async function applyStage(stage: readonly PlacedObject[], state: State, apply: ClusterApply): Promise<void> {
  const inTurn = createSemaphore(atOnce)
  await Promise.all(stage.map((object) => inTurn(() => applyOne(object, state, apply))))
  const definitions = stage.filter(({manifest, name}) => isDefinition(manifest) && isGood(apply.parts.get(name)))
  if (definitions.length === 0 || apply.dryRun || state.fatal !== undefined) return
  state.kinds = await untilDiscovered(definitions, apply)
}

async function applyOne(object: PlacedObject, state: State, apply: ClusterApply): Promise<void> {
  if (state.fatal !== undefined) return
  const {attempt, parts, context} = apply
  const {name} = object
  let isSent = parts.get(name)?.outcome === 'unverified'
  const report = async (part: Part) => {
    parts.set(name, part)
    await attempt.part(part)
  }
  const writingPart = async () => {
    await attempt.writingPart(name)
    isSent = true
  }
  try {
    const wasOpen = isSent
    const part = await partOf(object, state, {...apply, attempt: {...attempt, writingPart}})
    const isOurs = wasOpen && part.outcome === 'unchanged'
    await report(
      isOurs ? {name, outcome: 'succeeded', reason: 'applied by an earlier try, whose answer was lost'} : part,
    )
  } catch (thrown) {
    if (!(thrown instanceof HubspokeError) || thrown.failureClass === 'internal') {
      state.fatal ??= thrown
      return
    }
    const error = withoutValues(
      thrown,
      object,
      apply.manifests.filter(({kind}) => kind === 'Secret'),
    )
    if (ofTheCluster.has(error.failureClass)) state.fatal ??= error
    const mayPass = isRetryable(error.failureClass) && error.conflicts.length === 0
    if (mayPass) state.troubles.push(error)
    const isKnown = error.refused || error.observed || !isSent
    await report(isKnown ? refusedPart(object, error, context) : {name, outcome: 'unverified', reason: error.message})
  }
}

async function partOf(object: PlacedObject, state: State, apply: ClusterApply): Promise<Part> {
  const {objects, attempt, force, dryRun, parts} = apply
  const {name, manifest} = object
  const kind = state.kinds.servedAs(manifest)
  const unchecked = dryRun && whyUnchecked(object, kind, {...state, parts})
  if (unchecked) return {name, outcome: 'succeeded', reason: unchecked}
  if (kind === undefined) throw notServed(manifest)
  const {part, after} = await applyObject(object, kind, {objects, attempt, force, dryRun})
  requireStays(after)
  if (isDefinition(manifest) && !dryRun) await untilServed(object, {kind, after}, apply)
  return part
}

/** A dry run creates nothing, so the server cannot check what is to be in a new namespace, or of a new kind. */
function whyUnchecked(
  {manifest, place}: PlacedObject,
  kind: ServedKind | undefined,
  {kinds, coming, parts}: Pick<State, 'kinds' | 'coming'> & Pick<ClusterApply, 'parts'>,
) {
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
