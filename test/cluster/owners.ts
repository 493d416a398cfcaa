import {applyPatch, mergePatch} from './raw-client.ts'
import type {KubeObject, RealCluster} from './real-cluster.ts'

/** What of a live object the tools look at. */
export interface LiveWorkload {
  readonly metadata: {
    readonly generation: number
    readonly managedFields: readonly FieldsEntry[]
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: {readonly template: {readonly metadata: {readonly annotations?: Readonly<Record<string, string>>}}}
}

interface FieldsEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly subresource?: string
  readonly fieldsV1: Fields
  readonly [field: string]: unknown
}

interface Fields {
  readonly [field: string]: Fields
}

export function pathOf({metadata: {namespace = 'default', name}}: KubeObject): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`
}

export async function applyAs(
  cluster: RealCluster,
  manager: string,
  manifest: KubeObject,
  force = true,
): Promise<void> {
  const path = `${pathOf(manifest)}?fieldManager=${manager}&force=${force}`
  const {status, body} = await cluster.client.patch(path, manifest, applyPatch)
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
}

/**
 * One reconciliation as kustomize-controller does it: what managers have changed whose names begin with `kubectl` becomes its
 * own, and then it applies its manifest with force, so that what of its own is not in the manifest goes.
 */
export async function reconcileAsFlux(cluster: RealCluster, manifest: KubeObject): Promise<void> {
  const {status, body} = await cluster.client.get<LiveWorkload>(pathOf(manifest))
  const managedFields = status === 404 ? [] : body.metadata.managedFields
  const isKubectl = ({manager, subresource}: FieldsEntry) => manager.startsWith('kubectl') && subresource === undefined
  const isOwn = ({manager, operation}: FieldsEntry) => manager === 'kustomize-controller' && operation === 'Apply'
  const own = managedFields.find(isOwn)
  const taken = managedFields.filter(isKubectl)
  if (own && taken.length > 0) {
    const fieldsV1 = [own, ...taken].map((entry) => entry.fieldsV1).reduce(union)
    const kept = managedFields.filter((entry) => !isKubectl(entry) && !isOwn(entry))
    const metadata = {managedFields: [...kept, {...own, fieldsV1}]}
    await cluster.client.patch(`${pathOf(manifest)}?fieldManager=kustomize-controller`, {metadata}, mergePatch)
  }
  await applyAs(cluster, 'kustomize-controller', manifest)
}

function union(a: Fields, b: Fields): Fields {
  const both = Object.entries(b).map(([key, fields]) => [key, union(a[key] ?? {}, fields)] as const)
  return {...a, ...Object.fromEntries(both)}
}

/** `kubectl apply` of the manifest: the three-way patch over what was applied last. */
export async function applyThreeWay(cluster: RealCluster, manifest: KubeObject): Promise<string> {
  const {exitCode, stdout, stderr} = await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(manifest))
  if (exitCode !== 0) throw new Error(stderr)
  return stdout.trim()
}
