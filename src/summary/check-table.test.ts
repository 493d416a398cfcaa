import {expect, test} from 'vitest'
import type {CheckEntry, CheckedPermission} from '../model/report.ts'
import {renderCheckTable} from './check-table.ts'
import {summarizeCheck} from './summarize.ts'
import {failure} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}

function may(purpose: CheckedPermission['purpose'], verb: string, resource: string, allowed = true): CheckedPermission {
  return {purpose, verb, resource, namespace: resource === 'configmaps' ? 'hubspoke-system' : null, allowed}
}

function entry(context: string, more: Partial<CheckEntry> = {}): CheckEntry {
  return {
    context,
    server: `https://${context}.example:6443`,
    uid: `uid-of-${context}`,
    version: 'v1.36.3',
    latencyMs: 38,
    permissions: [
      may('find', 'list', 'deployments.apps'),
      may('restart', 'patch', 'deployments.apps'),
      may('restart', 'patch', 'statefulsets.apps'),
      may('cache refresh', 'update', 'configmaps'),
    ],
    imageCache: {state: 'present', ageMs: 180_000, workloads: 312},
    problem: null,
    ...more,
  }
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
    eu-west  v1.36.3  38ms    yes   yes      yes            312 workloads, 3m old
    us-east  v1.36.3  38ms    yes   in part  no             missing

    Not permitted:
      restart: may not patch deployments.apps in all namespaces (us-east)
      cache refresh: may not update configmaps in namespace hubspoke-system
      (us-east)

    Next:
      kubectl --context ap-south auth whoami
    Exit 4: 1 of 3 contexts cannot be used.
    "
  `)
})

test('-o wide adds server and cluster UID', () => {
  const text = renderCheckTable(summarizeCheck([entry('eu-west')]), {...terminal, wide: true})
  expect(text).toMatch(/https:\/\/eu-west\.example:6443 +uid-of-eu-west\n/)
})
