import type {ApiObject} from '../api-object.ts'
import {templateHash} from '../objects/metadata.ts'
import {controllerRevisions, type Resource, statefulSets} from '../objects/resources.ts'
import {controlledBy, controllerManager, type Simulation} from './simulation.ts'
import type {ControllerRevision, PodTemplate} from './workload-types.ts'

/** A StatefulSet or a DaemonSet. */
export type Revisioned = ApiObject & {
  readonly spec: {readonly template: PodTemplate; readonly revisionHistoryLimit: number}
}

export interface Revisions {
  /** The revision of the current template. */
  readonly update: ControllerRevision
  readonly all: readonly ControllerRevision[]
}

/** The label of a revision's hash differs between the two controllers. */
const hashKeys: Readonly<Record<string, string>> = {
  StatefulSet: 'controller.kubernetes.io/hash',
  DaemonSet: 'controller-revision-hash',
}

/**
 * The history of an object's template: an earlier template gets its revision back, with a new number.
 * Revisions without pods are deleted beyond the limit.
 *
 * @param inUse names of revisions that pods still run
 */
export function syncRevisions(
  simulation: Simulation,
  resource: Resource,
  owner: Revisioned,
  inUse: ReadonlySet<string>,
): Revisions {
  const owned = simulation.store.ownedBy(owner.metadata.uid ?? '', controllerRevisions) as readonly ControllerRevision[]
  const sorted = owned.toSorted((a, b) => a.revision - b.revision)
  const hash = templateHash(owner.spec.template, resource === statefulSets ? resource.kind : '')
  const name = `${owner.metadata.name}-${hash}`
  const last = sorted.at(-1)?.revision ?? 0
  const known = sorted.find(({metadata}) => metadata.name === name)
  const update =
    known === undefined
      ? create(simulation, resource, owner, {name, hash, revision: last + 1})
      : known.revision === last
        ? known
        : renumber(simulation, known, last + 1)
  const unused = sorted.filter(({metadata}) => metadata.name !== name && !inUse.has(metadata.name))
  const excess = Math.max(0, unused.length - owner.spec.revisionHistoryLimit)
  for (const {metadata} of unused.slice(0, excess)) {
    simulation.registry.delete(controllerRevisions, metadata.namespace, metadata.name)
  }
  return {update, all: [...sorted.filter((each) => each !== known), update]}
}

function create(
  {registry}: Simulation,
  resource: Resource,
  owner: Revisioned,
  {name, hash, revision}: {readonly name: string; readonly hash: string; readonly revision: number},
): ControllerRevision {
  const labels = {...owner.spec.template.metadata.labels, [hashKeys[resource.kind] ?? '']: hash}
  const {annotations} = owner.metadata
  return registry.create(
    controllerRevisions,
    owner.metadata.namespace,
    {
      metadata: {name, labels, ...(annotations ? {annotations} : {}), ...controlledBy(resource, owner)},
      data: {spec: {template: {$patch: 'replace', ...owner.spec.template}}},
      revision,
    },
    controllerManager,
  ) as ControllerRevision
}

function renumber({registry}: Simulation, {metadata}: ControllerRevision, revision: number): ControllerRevision {
  return registry.update(
    controllerRevisions,
    {namespace: metadata.namespace, name: metadata.name},
    (current) => ({...current, revision}),
    controllerManager,
  ) as ControllerRevision
}

/** The revision in a pod's label: StatefulSets write the name, DaemonSets only the hash. */
export function revisionLabel(resource: Resource, {metadata}: ControllerRevision): string {
  return resource === statefulSets ? metadata.name : (metadata.labels?.[hashKeys[resource.kind] ?? ''] ?? '')
}

/** The template that a revision recorded. */
export function templateOf({data}: ControllerRevision): PodTemplate {
  const {$patch: _patch, ...template} = data.spec.template
  return template
}
