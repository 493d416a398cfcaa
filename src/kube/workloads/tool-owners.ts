import type {Owner} from '../../model/owner.ts'
import {externalText} from '../../shared/external-text.ts'
import {type JsonObject, objectAt, textAt} from '../json-fields.ts'

/** An owner whose names are safe to print. */
export function ownerOf(tool: Owner['tool'], kind: string, namespace: string | undefined, name: string): Owner {
  return {
    tool,
    kind: externalText(kind),
    namespace: namespace ? externalText(namespace) : null,
    name: externalText(name),
  }
}

type Recognise = (labels: JsonObject, annotations: JsonObject) => Owner | undefined

/** Tools that overwrite the whole pod template on every sync, by the metadata that they set on managed objects. */
const recognised: readonly Recognise[] = [gardener, karmada, olm, kapp, configSync, rancher, crossplane]

export function toolOwners(metadata: JsonObject): readonly Owner[] {
  const labels = objectAt(metadata, 'labels')
  const annotations = objectAt(metadata, 'annotations')
  return recognised.flatMap((recognise) => recognise(labels, annotations) ?? [])
}

/** `[<cluster>:]<namespace>/<ManagedResource>` (gardener.cloud, resource manager). */
function gardener(labels: JsonObject, annotations: JsonObject): Owner | undefined {
  const origin = textAt(annotations, 'resources.gardener.cloud/origin')
  const by = textAt(labels, 'resources.gardener.cloud/managed-by')
  if (origin === '' && by === '') return undefined
  const [name = '', namespace] = (origin.split(':').at(-1) ?? '').split('/').reverse()
  return ownerOf('gardener', 'ManagedResource', namespace, name || by)
}

/** A member cluster: the Work is in the control plane of Karmada. */
function karmada(labels: JsonObject, annotations: JsonObject): Owner | undefined {
  const name = textAt(annotations, 'work.karmada.io/name')
  if (textAt(labels, 'karmada.io/managed') !== 'true' && name === '') return undefined
  return ownerOf('karmada', 'Work', textAt(annotations, 'work.karmada.io/namespace'), name || 'unknown')
}

function olm(labels: JsonObject): Owner | undefined {
  const name = textAt(labels, 'olm.owner')
  if (name === '') return undefined
  const kind = textAt(labels, 'olm.owner.kind') || 'ClusterServiceVersion'
  return ownerOf('olm', kind, textAt(labels, 'olm.owner.namespace'), name)
}

/** The label has the id of the app, not its name. */
function kapp(labels: JsonObject): Owner | undefined {
  const id = textAt(labels, 'kapp.k14s.io/app')
  return id === '' ? undefined : ownerOf('kapp', 'App', undefined, id)
}

/** `:root[_NAME]` is a RootSync, `NAMESPACE[_NAME]` a RepoSync (Config Sync, `configsync.gke.io/manager`). */
function configSync(_labels: JsonObject, annotations: JsonObject): Owner | undefined {
  if (textAt(annotations, 'configmanagement.gke.io/managed') !== 'enabled') return undefined
  const [scope = '', name] = textAt(annotations, 'configsync.gke.io/manager').split(/_(.*)/s)
  if (scope === '' || scope === ':root') return ownerOf('config-sync', 'RootSync', undefined, name ?? 'root-sync')
  return ownerOf('config-sync', 'RepoSync', scope, name ?? 'repo-sync')
}

/** Fleet, and other controllers of Rancher, which name their object if it is not a Bundle. */
function rancher(_labels: JsonObject, annotations: JsonObject): Owner | undefined {
  const prefix = 'objectset.rio.cattle.io/'
  const id = textAt(annotations, `${prefix}id`)
  if (id === '') return undefined
  const kind = /Kind=(\w+)/.exec(textAt(annotations, `${prefix}owner-gvk`))?.[1] ?? 'Bundle'
  const namespace = textAt(annotations, `${prefix}owner-namespace`)
  return ownerOf('rancher', kind, namespace, textAt(annotations, `${prefix}owner-name`) || id)
}

function crossplane(labels: JsonObject): Owner | undefined {
  const claim = textAt(labels, 'crossplane.io/claim-name')
  if (claim !== '') return ownerOf('crossplane', 'Claim', textAt(labels, 'crossplane.io/claim-namespace'), claim)
  const composite = textAt(labels, 'crossplane.io/composite')
  return composite === '' ? undefined : ownerOf('crossplane', 'Composite', undefined, composite)
}
