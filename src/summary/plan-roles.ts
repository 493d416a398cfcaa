import type {Need} from '../model/permission.ts'
import {needsOf} from '../model/permissions.ts'
import type {ExplainedRule, RbacPlan, RbacRequest, RoleSpec, VerbNeed} from '../model/rbac.ts'

/** The smallest roles for the verbs: one for the cluster, and one for each namespace that needs it. */
export function planRoles(request: RbacRequest): RbacPlan {
  const needs = request.verbs.flatMap((purpose) => needsOf(purpose, request).map((need) => ({...need, purpose})))
  const wanted = request.essentialOnly ? needs.filter(({essential}) => essential) : needs
  const isKept = ({namespace}: Need) => !request.namespacedOnly || namespace !== undefined
  const places = Map.groupBy(wanted.filter(isKept), ({namespace}) => namespace)
  const inOrder = [...places].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
  return {
    roles: inOrder.map(
      ([namespace, group]): RoleSpec => ({...(namespace !== undefined && {namespace}), rules: mergeRules(group)}),
    ),
    leftOut: wanted.filter((need) => !isKept(need)),
  }
}

/** Permissions for the same objects and verbs become one rule; no rule permits more than is needed. */
function mergeRules(needs: readonly VerbNeed[]): readonly ExplainedRule[] {
  const byResource = Map.groupBy(needs, ({group, resource, name}) => JSON.stringify([group, resource, name]))
  const byVerbs = Map.groupBy(byResource.values(), ([first, ...rest]) =>
    JSON.stringify([first?.group, first?.name, verbsOf([...(first ? [first] : []), ...rest])]),
  )
  return [...byVerbs.values()].map((groups) => toRule(groups.flat()))
}

function toRule(needs: readonly VerbNeed[]): ExplainedRule {
  const names = distinct(needs.flatMap(({name}) => name ?? []))
  return {
    rule: {
      apiGroups: distinct(needs.map(({group}) => group)),
      resources: distinct(needs.map(({resource}) => resource)),
      ...(names.length > 0 && {resourceNames: names}),
      verbs: verbsOf(needs),
    },
    needs,
  }
}

/** In the order in which RBAC documents list them. */
const verbOrder = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']

function verbsOf(needs: readonly VerbNeed[]): readonly string[] {
  const wanted = needs.map(({verb}): string => verb)
  return verbOrder.filter((verb) => wanted.includes(verb))
}

const distinct = <T>(items: readonly T[]): readonly T[] => [...new Set(items)]
