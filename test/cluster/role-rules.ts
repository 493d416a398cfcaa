import {expect} from 'vitest'
import {parseAllDocuments} from 'yaml'
import type {KubeObject, RealCluster} from './real-cluster.ts'
import {mayI, type ServiceAccount} from './service-account.ts'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}
export type Role = KubeObject & {readonly rules?: readonly Rule[]}

/** One verb of one resource: what a rule can be taken apart into. */
export function singles(rules: readonly Rule[] = []): readonly Rule[] {
  return rules.flatMap((rule) =>
    rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({...rule, resources: [resource], verbs: [verb]}))),
  )
}

/** `list deployments` */
export const wordsOf = ({verbs, resources}: Rule): string => `${verbs[0]} ${resources[0]}`

export const rolesOf = (yaml: string): readonly Role[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as Role)
    .filter(({rules}) => rules !== undefined)

/** Applies the printed roles without one verb of one resource, and waits until the cluster knows. */
export async function applyWithout(
  {cluster, account, printed}: {cluster: RealCluster; account: ServiceAccount; printed: string},
  words: string,
): Promise<void> {
  const roles = rolesOf(printed)
  const remains = (rule: Rule) => wordsOf(rule) !== words
  await cluster.apply(roles.map((role) => ({...role, rules: singles(role.rules).filter(remains)})))
  const role = roles.find(({rules}) => singles(rules).some((rule) => !remains(rule)))
  const rule = singles(role?.rules).find((one) => !remains(one))
  if (!role || !rule) throw new Error(`no rule permits ${words}`)
  const question = {
    group: rule.apiGroups[0],
    resource: rule.resources[0],
    verb: rule.verbs[0],
    namespace: role.metadata.namespace,
    name: rule.resourceNames?.[0],
  }
  await expect.poll(() => mayI(account.client, question)).toBe(false)
}
