import type {ClusterObjects, ServedKind} from '../../kube/ports/objects.ts'
import type {Manifest} from '../../manifests/manifest.ts'

/** The kinds of some manifests in one cluster. */
export interface ClusterKinds {
  /** Undefined: the cluster does not serve the kind. */
  servedAs(manifest: Manifest): ServedKind | undefined
  /** As the cluster serves it, or as a CustomResourceDefinition of the same manifests defines it. Undefined: neither does. */
  scopeOf(manifest: Manifest): ServedKind['scope'] | undefined
}

/** Reads which of the kinds the cluster serves. Rejects with a `HubspokeError` if it cannot be read. */
export async function readKinds(
  manifests: readonly Manifest[],
  objects: Pick<ClusterObjects, 'kinds'>,
  signal: AbortSignal,
): Promise<ClusterKinds> {
  const apiVersions = [...new Set(manifests.map(({apiVersion}) => apiVersion))]
  const served = new Map((await objects.kinds(apiVersions, signal)).map((one) => [servedKey(one), one]))
  const defined = definedKinds(manifests)
  return {
    servedAs: (manifest) => served.get(kindKey(manifest)),
    scopeOf: (manifest) => served.get(kindKey(manifest))?.scope ?? defined.get(kindKey(manifest)),
  }
}

/** `example.com/v1/Widget`, with the scope that a CustomResourceDefinition among the manifests gives it. */
export function definedKinds(manifests: readonly Manifest[]): ReadonlyMap<string, ServedKind['scope']> {
  return new Map(
    manifests.filter(isDefinition).flatMap(({object}) => {
      const {group, names, scope, versions} = fieldsOf(object.spec)
      return (Array.isArray(versions) ? versions : []).map((version): [string, ServedKind['scope']] => [
        `${group}/${fieldsOf(version).name}/${fieldsOf(names).kind}`,
        scope === 'Cluster' ? 'cluster' : 'namespace',
      ])
    }),
  )
}

export function isDefinition({kind, apiVersion}: Manifest): boolean {
  return kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/')
}

function servedKey({group, version, kind}: ServedKind): string {
  return `${group === '' ? '' : `${group}/`}${version}/${kind}`
}

/** `example.com/v1/Widget`. */
export function kindKey({apiVersion, kind}: Manifest): string {
  return `${apiVersion}/${kind}`
}

/** The fields of a value that is an object; none of any other. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}
