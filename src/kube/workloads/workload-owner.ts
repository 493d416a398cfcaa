import type {Owner} from '../../model/owner.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import {type JsonObject, objectAt, objectsAt, textAt} from '../json-fields.ts'
import {ownerOf, toolOwners} from './tool-owners.ts'

/**
 * The owner of an object of the API, from its metadata alone; undefined: no known one. First the controller of its owner
 * references, then tools that reconcile, then its other owner references, then Helm, which acts only when a user runs
 * it.
 */
export function workloadOwner(kind: WorkloadKind, object: unknown): Owner | undefined {
  return workloadOwners(kind, object)[0]
}

/** All owners, in this order, each once. */
export function workloadOwners(kind: WorkloadKind, object: unknown): readonly Owner[] {
  const metadata = objectAt(object, 'metadata')
  const owners = [
    ...referred(metadata, true),
    ...listOf(argoOf(kind, metadata)),
    ...listOf(fluxOf(metadata)),
    ...toolOwners(metadata),
    ...referred(metadata, false),
    ...listOf(helmOf(metadata)),
  ]
  const keyOf = ({kind: of, name}: Owner): string => `${of}/${name}`
  return owners.filter((one, at) => owners.findIndex((other) => keyOf(other) === keyOf(one)) === at)
}

const listOf = (one: Owner | undefined): readonly Owner[] => (one === undefined ? [] : [one])

/** Only tools set owner references. They never lead into another namespace, and their kind may have none. */
function referred(metadata: JsonObject, controls: boolean): readonly Owner[] {
  return objectsAt(metadata, 'ownerReferences')
    .filter(({controller}) => (controller === true) === controls)
    .map((reference) => ownerOf('controller', textAt(reference, 'kind'), undefined, textAt(reference, 'name')))
}

const argoLabel = 'argocd.argoproj.io/instance'
const argoAnnotation = 'argocd.argoproj.io/tracking-id'

/** `app.kubernetes.io/instance` proves nothing: charts set it, too. */
function argoOf(kind: WorkloadKind, metadata: JsonObject): Owner | undefined {
  const application = trackedBy(kind, metadata) || textAt(objectAt(metadata, 'labels'), argoLabel)
  if (application === '') return undefined
  // Applications outside the namespace of Argo CD: `namespace_name`; names have no underscore.
  const [name = '', namespace] = application.split('_').reverse()
  return ownerOf('argo-cd', 'Application', namespace, name)
}

/** `application:group/kind:namespace/name`. One that names another object was copied, and Argo CD ignores it. */
function trackedBy(kind: WorkloadKind, metadata: JsonObject): string {
  const [application = '', ...rest] = textAt(objectAt(metadata, 'annotations'), argoAnnotation).split(':')
  const itself = `apps/${kind}:${textAt(metadata, 'namespace')}/${textAt(metadata, 'name')}`
  return rest.join(':') === itself ? application : ''
}

function fluxOf(metadata: JsonObject): Owner | undefined {
  const labels = objectAt(metadata, 'labels')
  const by = (tool: string, kind: string): Owner | undefined => {
    const name = textAt(labels, `${tool}.toolkit.fluxcd.io/name`)
    return name === '' ? undefined : ownerOf('flux', kind, textAt(labels, `${tool}.toolkit.fluxcd.io/namespace`), name)
  }
  return by('helm', 'HelmRelease') ?? by('kustomize', 'Kustomization')
}

/** Both: the label alone is in many manifests that were rendered from a chart and applied without Helm. */
function helmOf(metadata: JsonObject): Owner | undefined {
  const annotations = objectAt(metadata, 'annotations')
  const release = textAt(annotations, 'meta.helm.sh/release-name')
  const isManaged = textAt(objectAt(metadata, 'labels'), 'app.kubernetes.io/managed-by') === 'Helm'
  if (release === '' || !isManaged) return undefined
  return ownerOf('helm', 'Release', textAt(annotations, 'meta.helm.sh/release-namespace'), release)
}
