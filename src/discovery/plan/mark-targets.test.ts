import {expect, test} from 'vitest'
import type {DisruptionBudget} from '../../model/disruption-budget.ts'
import type {Owner} from '../../model/owner.ts'
import type {WorkloadTraits} from '../../model/workload.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'
import {fakeCluster, refusing} from '../testing/fake-cluster.ts'
import {markTargets} from './mark-targets.ts'

const argo: Owner = {tool: 'argo-cd', kind: 'Application', namespace: null, name: 'shop-prod'}

function target(namespace: string, name = 'web', context = 'east'): WorkloadTarget {
  const uid = `uid-${name}`
  const place = {clusterUid: `uid-${context}`, context, server: `https://${context}.example`}
  return workloadTarget({...place, kind: 'Deployment', namespace, name, uid, matched: []})
}

const traitsOf = (awayAtOnce: number, owner: Owner | null = null): WorkloadTraits => ({
  owner,
  replacement: {recreates: false, wanted: 4, awayAtOnce, podLabels: {app: 'web'}},
})

const budget = (namespace: string): DisruptionBudget => ({
  namespace,
  name: `budget-of-${namespace}`,
  selector: [],
  minAvailable: undefined,
  maxUnavailable: 1,
  expectedPods: 4,
})

async function mark(of: readonly (readonly [WorkloadTarget, WorkloadTraits])[], refused: RegExp = /^$/) {
  const cluster = fakeCluster({budgets: [budget('shop'), budget('pay')], trouble: refusing(refused)})
  const targets = of.map(([one]) => one)
  const traits = new Map(of.map(([one, known]) => [one.key, known]))
  const {marks, budgetsNotRead} = await markTargets(targets, traits, {
    open: () => cluster,
    signal: new AbortController().signal,
  })
  const marksOf = (one: WorkloadTarget) => marks.get(one.key)
  return {marksOf, budgetsNotRead, requests: cluster.requests}
}

test('nothing is asked where a rollout takes nothing away, and the owner is told all the same', async () => {
  const {marksOf, requests} = await mark([[target('shop'), traitsOf(0, argo)]])
  expect(marksOf(target('shop'))).toEqual({owner: argo, disruption: []})
  expect(requests).toEqual([])
})

test('of one namespace its budgets are listed, of more all of the cluster, in one request', async () => {
  const one = await mark([[target('shop'), traitsOf(2)]])
  expect(one.requests).toEqual(['list budgets in shop'])
  const two = await mark([
    [target('shop'), traitsOf(2)],
    [target('pay'), traitsOf(2)],
  ])
  expect(two.requests).toEqual(['list budgets'])
  for (const namespace of ['shop', 'pay']) {
    expect(two.marksOf(target(namespace))?.disruption).toMatchObject([
      {why: 'disruption-budget', message: `2 of 4 away at once, budget budget-of-${namespace} allows 1`},
    ])
  }
})

test('where the cluster may not be listed, each namespace is; what is left is said', async () => {
  const targets = [
    [target('shop'), traitsOf(2)],
    [target('pay'), traitsOf(2)],
  ] as const
  const {marksOf, budgetsNotRead, requests} = await mark(targets, /budgets$|budgets in pay/)
  expect(requests).toEqual(['list budgets', 'list budgets in shop', 'list budgets in pay'])
  expect(marksOf(target('shop'))?.disruption).toHaveLength(1)
  expect(marksOf(target('pay'))?.disruption).toEqual([])
  expect(budgetsNotRead).toMatchObject([{context: 'east', namespace: 'pay', failure: {class: 'forbidden'}}])
})

test('a target that no list has told of has no marks', async () => {
  const {marks} = await markTargets([target('shop')], new Map(), {
    open: () => fakeCluster(),
    signal: new AbortController().signal,
  })
  expect(marks.size).toBe(0)
})
