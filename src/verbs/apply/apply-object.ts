import type {ApiObject, ServedKind} from '../../kube/ports/objects.ts'
import {objectDiff} from '../../manifests/object-diff.ts'
import type {Part} from '../../model/result.ts'
import type {Attempt} from '../../model/spoke.ts'
import type {ObjectsOfContext} from '../verb.ts'
import {fieldsOf} from './cluster-kinds.ts'
import type {PlacedObject} from './placed-objects.ts'

export interface ObjectDeps {
  readonly objects: Pick<ObjectsOfContext, 'read' | 'apply'>
  readonly attempt: Pick<Attempt, 'signal' | 'writingPart'>
  readonly force: boolean
  readonly dryRun: boolean
}

/** What an apply has made of an object. */
export interface Applied {
  readonly part: Part
  readonly after: ApiObject
}

/**
 * Applies one object. Rejects with a `HubspokeError` if that failed, or if its end is not known.
 *
 * The server stores nothing if an apply changes nothing, so that an equal resource version is the proof of `unchanged`. Another one
 * may come from a controller that wrote in between; then the values and the fields that hubspoke owns decide.
 */
export async function applyObject(object: PlacedObject, kind: ServedKind, deps: ObjectDeps): Promise<Applied> {
  const {objects, attempt, force, dryRun} = deps
  const {name, place, body} = object
  const before = await objects.read(kind, place, attempt.signal)
  if (!dryRun) await attempt.writingPart(name)
  const after = await objects.apply(kind, place, body, {force, dryRun}, attempt.signal)
  return {part: {name, ...changeOf(before, after, {dryRun})}, after}
}

function changeOf(
  before: ApiObject | undefined,
  after: ApiObject,
  {dryRun}: Pick<ObjectDeps, 'dryRun'>,
): Omit<Part, 'name'> {
  const tense = (done: string) => (dryRun ? `would be ${done}` : done)
  if (before === undefined) return {outcome: 'succeeded', reason: tense('created')}
  if (versionOf(before) === versionOf(after) && !dryRun) return {outcome: 'unchanged', reason: ''}
  const changes = objectDiff(before, after)
  const diff = dryRun && {diff: changes}
  if (fieldsOf(before.metadata).uid !== fieldsOf(after.metadata).uid) {
    return {outcome: 'succeeded', reason: tense('created again'), ...diff}
  }
  if (changes.length > 0) return {outcome: 'succeeded', reason: tense('changed'), ...diff}
  const isOwned = ownedFields(before) === ownedFields(after)
  if (isOwned) return {outcome: 'unchanged', reason: ''}
  return {outcome: 'succeeded', reason: `only the manager of fields ${dryRun ? 'would be' : 'was'} changed`}
}

function versionOf({metadata}: ApiObject): unknown {
  return fieldsOf(metadata).resourceVersion
}

/** The fields that hubspoke has applied, in one text. */
function ownedFields({metadata}: ApiObject): string {
  const {managedFields} = fieldsOf(metadata)
  const entries = Array.isArray(managedFields) ? managedFields.map(fieldsOf) : []
  const own = entries.find(({manager, operation}) => manager === 'hubspoke' && operation === 'Apply')
  return JSON.stringify(own?.fieldsV1 ?? null)
}
