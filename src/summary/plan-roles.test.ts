import {expect, test} from 'vitest'
import {permittedVerbs} from '../model/permission.ts'
import {needsOf} from '../model/permissions.ts'
import type {PolicyRule, RbacRequest} from '../model/rbac.ts'
import {planRoles} from './plan-roles.ts'

const request: RbacRequest = {
  name: 'hubspoke',
  verbs: permittedVerbs,
  namespaces: [],
  cacheNamespace: 'hubspoke-system',
  subjects: [],
  namespacedOnly: false,
  essentialOnly: false,
}

/** One by one, as RBAC reads a rule: every verb of every resource of every group, for every name. */
function permits({apiGroups, resources, resourceNames, verbs}: PolicyRule, namespace?: string): string[] {
  const names = resourceNames ?? ['undefined']
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      names.flatMap((name) => verbs.map((verb) => `${verb} ${resource}.${group} ${name} in ${namespace}`)),
    ),
  )
}

test.each([
  {more: {}, because: 'all commands, everywhere'},
  {more: {verbs: ['find', 'restart']}, because: 'some, with names and without'},
  {more: {verbs: ['find', 'restart'], namespaces: ['shop', 'pay']}, because: 'in two namespaces'},
  {more: {verbs: ['restart'], namespaces: ['hubspoke-system']}, because: 'where the cache is'},
] as const)('exactly what is needed is permitted, and nothing twice: $because', ({more}) => {
  const asked = {...request, ...more}
  const permitted = planRoles(asked).roles.flatMap(({namespace, rules}) =>
    rules.flatMap(({rule}) => permits(rule, namespace)),
  )
  const needed = asked.verbs.flatMap((verb) =>
    needsOf(verb, asked).map(({verb: of, resource, group, name, namespace}) => {
      return `${of} ${resource}.${group} ${name} in ${namespace}`
    }),
  )
  expect(permitted.toSorted()).toEqual([...new Set(needed)].sort())
})

test('one role for each place, the cluster first', () => {
  const {roles} = planRoles({...request, verbs: ['restart'], namespaces: ['shop', 'pay']})
  expect(roles.map(({namespace}) => namespace)).toEqual([undefined, 'hubspoke-system', 'pay', 'shop'])
})

test('what only a ClusterRole could permit is left out, and told', () => {
  const {roles, leftOut} = planRoles({...request, verbs: ['find'], namespaces: ['shop'], namespacedOnly: true})
  expect(roles.map(({namespace}) => namespace)).toEqual(['hubspoke-system', 'shop'])
  expect(leftOut.map(({purpose, verb, resource}) => `${purpose}: ${verb} ${resource}`)).toEqual([
    'find: get namespaces',
    'find: list namespaces',
  ])
})
