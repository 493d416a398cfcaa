import type {AccessQuestion} from '../../kube/ports/access-reviews.ts'
import type {ServedKind} from '../../kube/ports/objects.ts'
import {onFailure} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {countOf, listOf, someOf} from '../../shared/words.ts'
import type {ObjectsOfContext} from '../verb.ts'
import type {ClusterKinds} from './cluster-kinds.ts'
import type {PlacedObject} from './placed-objects.ts'

/** An apply reads and patches an object; the server also asks for `create` where there is none yet. */
const verbs = ['get', 'patch', 'create'] as const

/** Namespaces of one kind that are asked about one by one, and that a sentence names. */
const most = {asked: 100, named: 5}

/**
 * What may not be applied in one cluster, a sentence for each kind: asked once per verb for all namespaces, and only where that is
 * denied once per namespace. A question that is not answered is no denial: the write will tell.
 */
export async function deniedKinds(
  objects: readonly PlacedObject[],
  kinds: ClusterKinds,
  {label, mayI, signal}: Pick<ObjectsOfContext, 'mayI'> & {readonly label: string; readonly signal: AbortSignal},
): Promise<readonly string[]> {
  const ask = (question: AccessQuestion) => mayI(question, signal).catch(onFailure(true))
  const byKind = new Map<ServedKind, PlacedObject[]>()
  for (const object of objects) {
    const kind = kinds.servedAs(object.manifest)
    if (kind !== undefined) byKind.set(kind, [...(byKind.get(kind) ?? []), object])
  }
  const sentences = [...byKind].map(async ([kind, ofKind]) => {
    const denied = await Promise.all(verbs.map((verb) => deniedPlaces(kind, ofKind, {verb, ask})))
    const refused = verbs.filter((_, index) => (denied[index] ?? []).length > 0)
    if (refused.length === 0) return []
    const places = new Set(denied.flat())
    const count = ofKind.filter(({place}) => places.has(place.namespace)).length
    const where = [...places].flatMap((namespace) => namespace ?? []).map(printable)
    const inNamespaces = where.length === 0 ? '' : ` in ${someOf(where, most.named)}`
    const resource = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
    return [
      `${printable(label)}: its user may not ${listOf(refused)} ${printable(resource)}${inNamespaces}: ${countOf(count, 'object')} may be refused.`,
    ]
  })
  return (await Promise.all(sentences)).flat()
}

/** The namespaces in which a verb is denied; undefined stands for the cluster. */
async function deniedPlaces(
  {group, plural, scope}: ServedKind,
  objects: readonly PlacedObject[],
  {verb, ask}: {readonly verb: (typeof verbs)[number]; ask(question: AccessQuestion): Promise<boolean>},
): Promise<readonly (string | undefined)[]> {
  const question = {verb, group, resource: plural}
  if (await ask(question)) return []
  if (scope === 'cluster') return [undefined]
  const namespaces = [...new Set(objects.flatMap(({place}) => place.namespace ?? []))].slice(0, most.asked)
  const allowed = await Promise.all(namespaces.map((namespace) => ask({...question, namespace})))
  return namespaces.filter((_, index) => !allowed[index])
}
