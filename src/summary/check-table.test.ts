import {expect, test} from 'vitest'
import type {CheckEntry, CheckedPermission} from '../model/check-report.ts'
import {renderCheckTable} from './check-table.ts'
import {summarizeCheck} from './summarize.ts'
import {checked, permission} from './testing/checked.ts'
import {failure} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}

function may(purpose: CheckedPermission['purpose'], verb: string, resource: string, allowed = true): CheckedPermission {
  const namespace = resource === 'configmaps' ? 'hubspoke-system' : null
  return permission({purpose, verb, resource, namespace, allowed})
}

function entry(context: string, more: Partial<CheckEntry> = {}): CheckEntry {
  const permissions = [
    may('find', 'list', 'deployments.apps'),
    may('restart', 'patch', 'deployments.apps'),
    may('restart', 'patch', 'statefulsets.apps'),
    may('cache refresh', 'update', 'configmaps'),
  ]
  return checked(context, {permissions, ...more})
}

const bound = entry('us-east', {
  permissions: [
    may('find', 'list', 'deployments.apps'),
    may('restart', 'patch', 'deployments.apps', false),
    may('restart', 'patch', 'statefulsets.apps'),
    may('cache refresh', 'update', 'configmaps', false),
  ],
  imageCache: {state: 'missing', ageMs: null, workloads: null},
})
const locked = entry('ap-south', {
  problem: failure('unauthenticated', 'The credentials were refused.', 'kubectl --context ap-south auth whoami'),
  permissions: [],
})

test('one row per context, what is wrong first, what is not permitted after it', () => {
  expect(renderCheckTable(summarizeCheck([entry('eu-west'), bound, locked]), terminal)).toMatchInlineSnapshot(`
    "CANNOT BE USED  ap-south  (unauthenticated)
      The credentials were refused.

    CONTEXT  VERSION  ANSWER  FIND  RESTART  CACHE REFRESH  IMAGE CACHE
        LOCK
    eu-west  v1.36.3  38ms    yes   yes      yes            312 workloads, 3m old
        available
    us-east  v1.36.3  38ms    yes   in part  no             missing
        available

    Not permitted:
      restart: may not patch deployments.apps in all namespaces (us-east)
      cache refresh: may not update configmaps in namespace hubspoke-system
      (us-east)

    Next:
      kubectl --context ap-south auth whoami
      hubspoke rbac restart cache-refresh  to print the missing roles
    Exit 4: 1 of 3 contexts cannot be used.
    "
  `)
})

test('a context that has all it cannot do without, and not all that would make it better, has mostly', () => {
  const watch = permission({verb: 'watch', allowed: false, essential: false, without: 'it takes longer'})
  const text = renderCheckTable(summarizeCheck([entry('eu', {permissions: [permission(), watch]})]), terminal)
  expect(text).toMatch(/^eu +v1\.36\.3 +38ms +mostly +- +- +312 workloads/m)
  expect(text).toContain('Exit 0: 1 context can be read and written, 1 of them without all optional\npermissions.')
})

test('-o wide adds when credentials end, our clock, server and cluster UID', () => {
  const known = entry('eu-west', {
    credentials: {expiresAt: '2027-11-24T00:00:00Z', leftMs: 365 * 86_400_000, renewed: false},
  })
  const text = renderCheckTable(summarizeCheck([known, entry('us-east')]), {...terminal, wide: true})
  expect(text).toMatch(/^CONTEXT .* CREDENTIALS +CLOCK SKEW +SERVER +CLUSTER UID$/m)
  expect(text).toMatch(/365d left +none +https:\/\/eu-west\.example:6443 +uid-of-eu-west\n/)
  expect(text).toMatch(/ - +none +https:\/\/us-east\.example:6443 +uid-of-us-east\n/)
})
