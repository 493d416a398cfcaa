import type {Need, PermittedVerb, Reach} from './permission.ts'

/** Whom a binding names, as RBAC spells it. */
export type RbacSubject =
  | {readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string}
  | {readonly kind: 'User' | 'Group'; readonly name: string; readonly apiGroup: typeof rbacGroup}

export const rbacGroup = 'rbac.authorization.k8s.io'

/** Which roles are asked for. */
export interface RbacRequest extends Reach {
  /** Of all objects; an object of the same name is replaced when it is applied. */
  readonly name: string
  readonly verbs: readonly PermittedVerb[]
  /** None: roles without bindings. */
  readonly subjects: readonly RbacSubject[]
  /** Roles of namespaces only; what would need a ClusterRole is left out. */
  readonly namespacedOnly: boolean
  /** Only what the verbs cannot do without. */
  readonly essentialOnly: boolean
}

/** A need with the command that has it. */
export type VerbNeed = Need & {readonly purpose: PermittedVerb}

export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** A rule, and everything that asks for it. */
export interface ExplainedRule {
  readonly rule: PolicyRule
  readonly needs: readonly VerbNeed[]
}

/** The rules that hold in one namespace, or, without one, in the whole cluster. */
export interface RoleSpec {
  readonly namespace?: string
  readonly rules: readonly ExplainedRule[]
}

/** The smallest roles for a request, and what the request leaves out. */
export interface RbacPlan {
  readonly roles: readonly RoleSpec[]
  readonly leftOut: readonly VerbNeed[]
}
