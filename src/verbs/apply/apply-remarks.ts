import {type Manifest, partName, placeText} from '../../manifests/manifest.ts'
import type {ClusterTarget} from '../../model/cluster-target.ts'
import {HubspokeError} from '../../model/failure.ts'
import {workloadKinds} from '../../model/workload.ts'
import {printable} from '../../shared/printable.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubectlCommand} from '../../shared/suggested-command.ts'
import {countOf} from '../../shared/words.ts'
import type {ClusterRemarkEnv, ClusterRemarks} from '../verb.ts'
import type {ApplyArgs} from './apply-args.ts'
import {readKinds} from './cluster-kinds.ts'
import {deniedKinds} from './denied-kinds.ts'
import {type PlacedObject, placedObject} from './placed-objects.ts'
import {unchangedManifests} from './unchanged-manifests.ts'

/**
 * Looks at the clusters of a plan before the first write: does each of them have the kinds of the manifests?
 *
 * @returns what could not be read, and what may not be written
 * @throws HubspokeError of class `usage` for a kind that a cluster does not serve and the manifests do not define, or for
 *   an object that would be applied twice
 */
export async function applyRemarks(
  args: ApplyArgs,
  targets: readonly ClusterTarget[],
  {objects, manifests: reader, signal}: ClusterRemarkEnv,
): Promise<ClusterRemarks> {
  const manifests = await unchangedManifests(args, reader)
  const looked = targets.map(async (target): Promise<Looked> => {
    const there = objects(target)
    try {
      const kinds = await readKinds(manifests, there, signal)
      const defaultNamespace = args.namespace ?? there.defaultNamespace
      const unknown = manifests.find((manifest) => kinds.scopeOf(manifest) === undefined)
      const placed = manifests.map((manifest) => placedObject(manifest, {kinds, defaultNamespace}))
      const denied = await deniedKinds(placed, kinds, {label: target.label, mayI: there.mayI, signal})
      return {target, unknown, twice: firstTwice(placed), denied}
    } catch (error) {
      if (!(error instanceof HubspokeError)) throw error
      return {target, notRead: error.message}
    }
  })
  const all = await Promise.all(looked)
  const unknown = all.filter((one) => one.unknown !== undefined)
  const [first] = unknown
  if (first?.unknown !== undefined)
    throw unknownKind(
      first.unknown,
      unknown.map(({target}) => target),
    )
  const twice = all.find((one) => one.twice !== undefined)
  if (twice?.twice !== undefined) throw appliedTwice(twice.twice)
  const notRead = all.flatMap(({target, notRead: why}) =>
    why === undefined ? [] : [`The kinds that ${printable(target.label)} serves could not be read: ${why}`],
  )
  return {
    notes: [...systemWords(manifests), ...rolloutWords(manifests), ...notRead],
    denied: all.flatMap(({denied = []}) => denied),
  }
}

/** An object is done when the server has stored it: a wave says nothing about pods. */
function rolloutWords(manifests: readonly Manifest[]): readonly string[] {
  const workloads = manifests.filter(({kind, apiVersion}) => apiVersion === 'apps/v1' && isWorkloadKind(kind)).length
  if (workloads === 0) return []
  return [`The rollout of ${countOf(workloads, 'workload')} is not waited for: "hubspoke status IMAGE" shows it.`]
}

const isWorkloadKind = (kind: string) => workloadKinds.some((one) => one === kind)

/** The namespace in which a mistake takes a cluster down. */
function systemWords(manifests: readonly Manifest[]): readonly string[] {
  const inSystem = manifests.filter(({namespace}) => namespace === 'kube-system').length
  return inSystem === 0
    ? []
    : [`${countOf(inSystem, 'object')} of the manifests ${inSystem === 1 ? 'is' : 'are'} in kube-system.`]
}

interface Looked {
  readonly target: ClusterTarget
  readonly unknown?: Manifest | undefined
  readonly twice?: readonly [Manifest, Manifest] | undefined
  readonly denied?: readonly string[]
  readonly notRead?: string
}

/** Two manifests of one object: one names its namespace, and the other is in it by default. */
function firstTwice(placed: readonly PlacedObject[]): readonly [Manifest, Manifest] | undefined {
  const seen = new Map<string, Manifest>()
  for (const {name, manifest} of placed) {
    const other = seen.get(name)
    if (other !== undefined) return [other, manifest]
    seen.set(name, manifest)
  }
  return undefined
}

function unknownKind({kind, apiVersion, origin}: Manifest, targets: readonly ClusterTarget[]): HubspokeError {
  const [first] = targets
  const name = first?.label ?? ''
  const others = targets.length > 1 ? ` and ${countOf(targets.length - 1, 'other cluster')}` : ''
  return new HubspokeError(
    'usage',
    `${placeText(origin)}: ${quoted(name)}${others} ${targets.length > 1 ? 'do' : 'does'} not have the kind ${quoted(kind)} of ${quoted(apiVersion)}, and no CustomResourceDefinition of the manifests defines it. Nothing was written.`,
    {
      suggestions: [
        kubectlCommand({context: first?.context ?? ''}, 'api-resources'),
        `-c ${shellWord(`!${first?.context ?? ''}`)}  to go on without it`,
      ],
    },
  )
}

function appliedTwice([one, other]: readonly [Manifest, Manifest]): HubspokeError {
  const name = partName(one, one.namespace ?? other.namespace)
  return new HubspokeError(
    'usage',
    `${placeText(one.origin)} and ${placeText(other.origin)} are the same object (${name}). Nothing was written.`,
    {
      suggestions: ['remove one of the two', 'or name the namespace of each'],
    },
  )
}
