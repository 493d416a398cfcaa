import type {Owner} from '../../model/owner.ts'
import type {WorkloadKind} from '../../model/workload.ts'
import {externalText} from '../../shared/external-text.ts'
import {type JsonObject, objectAt, objectsAt, textAt} from '../json-fields.ts'

/**
 * Who owns an object of the API, from its metadata alone; undefined: nobody that is known here. A controller that the API
 * itself names comes first, then whoever reconciles, then Helm, which acts only when somebody runs it.
 */
export function workloadOwner(kind: WorkloadKind, object: unknown): Owner | undefined {
  const metadata = objectAt(object, 'metadata')
  return controllerOf(metadata) ?? argoOf(kind, metadata) ?? fluxOf(metadata) ?? helmOf(metadata)
}

function controllerOf(metadata: JsonObject): Owner | undefined {
  const reference = objectsAt(metadata, 'ownerReferences').find(({controller}) => controller === true)
  // An owner reference never leads into another namespace, and its kind may have none.
  return reference && owner('controller', textAt(reference, 'kind'), undefined, textAt(reference, 'name'))
}

const argoLabel = 'argocd.argoproj.io/instance'
const argoAnnotation = 'argocd.argoproj.io/tracking-id'

/** `app.kubernetes.io/instance` proves nothing: charts set it, too. */
function argoOf(kind: WorkloadKind, metadata: JsonObject): Owner | undefined {
  const application = trackedBy(kind, metadata) || textAt(objectAt(metadata, 'labels'), argoLabel)
  if (application === '') return undefined
  // Applications outside the namespace of Argo CD: `namespace_name`; names have no underscore.
  const [name = '', namespace] = application.split('_').reverse()
  return owner('argo-cd', 'Application', namespace, name)
}

/** `application:group/kind:namespace/name`. One that names another object came with a copy, and Argo CD ignores it. */
function trackedBy(kind: WorkloadKind, metadata: JsonObject): string {
  const [application = '', ...rest] = textAt(objectAt(metadata, 'annotations'), argoAnnotation).split(':')
  const itself = `apps/${kind}:${textAt(metadata, 'namespace')}/${textAt(metadata, 'name')}`
  return rest.join(':') === itself ? application : ''
}

function fluxOf(metadata: JsonObject): Owner | undefined {
  const labels = objectAt(metadata, 'labels')
  const by = (tool: string, kind: string): Owner | undefined => {
    const name = textAt(labels, `${tool}.toolkit.fluxcd.io/name`)
    return name === '' ? undefined : owner('flux', kind, textAt(labels, `${tool}.toolkit.fluxcd.io/namespace`), name)
  }
  return by('helm', 'HelmRelease') ?? by('kustomize', 'Kustomization')
}

/** Both: the label alone is in many manifests that were rendered from a chart and applied by somebody else. */
function helmOf(metadata: JsonObject): Owner | undefined {
  const annotations = objectAt(metadata, 'annotations')
  const release = textAt(annotations, 'meta.helm.sh/release-name')
  const isManaged = textAt(objectAt(metadata, 'labels'), 'app.kubernetes.io/managed-by') === 'Helm'
  if (release === '' || !isManaged) return undefined
  return owner('helm', 'Release', textAt(annotations, 'meta.helm.sh/release-namespace'), release)
}

function owner(tool: Owner['tool'], kind: string, namespace: string | undefined, name: string): Owner {
  return {
    tool,
    kind: externalText(kind),
    namespace: namespace ? externalText(namespace) : null,
    name: externalText(name),
  }
}
