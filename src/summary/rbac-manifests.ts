import type {Need} from '../model/permission.ts'
import {
  type ExplainedRule,
  type RbacPlan,
  type RbacRequest,
  type RoleSpec,
  rbacGroup,
  type VerbNeed,
} from '../model/rbac.ts'
import {wrapText} from './wrap-text.ts'

/** An object as `kubectl apply` takes it. */
export type Manifest = Readonly<Record<string, unknown>>

interface ExplainedManifest {
  readonly manifest: Manifest
  /** Of a role: in the order of its rules. */
  readonly rules: readonly ExplainedRule[]
}

const apiVersion = `${rbacGroup}/v1`
const labels = {'app.kubernetes.io/managed-by': 'hubspoke'}
const commentWidth = 100

/** All objects of the roles as one `List`: JSON for `kubectl apply`. */
export function rbacList(request: RbacRequest, plan: RbacPlan): Manifest {
  return {apiVersion: 'v1', kind: 'List', items: manifestsOf(request, plan).map(({manifest}) => manifest)}
}

/** The same as YAML documents. A comment on every rule states its purpose and the effect of its absence. */
export async function renderRbac(request: RbacRequest, plan: RbacPlan): Promise<string> {
  // Loading yaml takes 45 ms, so it is loaded on demand.
  const {Document, isMap, isScalar, visit} = await import('yaml')
  const texts = manifestsOf(request, plan).map(({manifest, rules}) => {
    const document = new Document(manifest, {aliasDuplicateObjects: false})
    visit(document, {
      Seq(_, list) {
        if (list.items.every(isScalar)) list.flow = true
      },
    })
    for (const [index, rule] of rules.entries()) {
      const node = document.getIn(['rules', index], true)
      if (isMap(node)) node.commentBefore = commentOf(rule)
    }
    return document.toString({lineWidth: 0, flowCollectionPadding: false})
  })
  return texts.join('---\n')
}

/** `get namespaces "kube-system"`, `list deployments.apps`: a permission without its place. */
export function permissionWords({verb, group, resource, name}: Need): string {
  const kind = group === '' ? resource : `${resource}.${group}`
  return `${verb} ${kind}${name === undefined ? '' : ` "${name}"`}`
}

function manifestsOf(request: RbacRequest, {roles}: RbacPlan): readonly ExplainedManifest[] {
  return [
    ...cacheNamespace(request, roles),
    ...roles.flatMap((role) => [toRole(request, role), ...toBinding(request, role)]),
  ]
}

/** A Role needs an existing namespace; that of the cache may be missing. */
function cacheNamespace(request: RbacRequest, roles: readonly RoleSpec[]): readonly ExplainedManifest[] {
  const {cacheNamespace: name, namespacedOnly, namespaces} = request
  const isNeeded = roles.some(({namespace}) => namespace === name) && !namespaces.includes(name)
  if (namespacedOnly || !isNeeded) return []
  return [{manifest: {apiVersion: 'v1', kind: 'Namespace', metadata: {name}}, rules: []}]
}

function toRole({name}: RbacRequest, {namespace, rules}: RoleSpec): ExplainedManifest {
  return {
    manifest: {
      apiVersion,
      kind: namespace === undefined ? 'ClusterRole' : 'Role',
      metadata: {name, ...(namespace !== undefined && {namespace}), labels},
      rules: rules.map(({rule}) => rule),
    },
    rules,
  }
}

function toBinding({name, subjects}: RbacRequest, {namespace}: RoleSpec): readonly ExplainedManifest[] {
  if (subjects.length === 0) return []
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  const manifest = {
    apiVersion,
    kind: `${kind}Binding`,
    metadata: {name, ...(namespace !== undefined && {namespace}), labels},
    roleRef: {apiGroup: rbacGroup, kind, name},
    subjects,
  }
  return [{manifest, rules: []}]
}

/** A line per verb and reason, once for all kinds and commands that share it. */
function commentOf({needs}: ExplainedRule): string {
  const reasons = Map.groupBy(needs, ({verb, why, without}) => JSON.stringify([verb, why, without]))
  return [...reasons.values()]
    .flatMap(([first, ...others]) => (first ? [reasonOf(first, others)] : []))
    .flatMap((line) => wrapText(line, commentWidth))
    .map((line) => ` ${line}`)
    .join('\n')
}

function reasonOf(first: VerbNeed, others: readonly VerbNeed[]): string {
  const purposes = [...new Set([first, ...others].map(({purpose}) => purpose))]
  return `${first.verb} (${purposes.join(', ')}): to ${first.why}. Without: ${first.without}.`
}
