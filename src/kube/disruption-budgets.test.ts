import {expect, test} from 'vitest'
import {createDisruptionBudgets} from './disruption-budgets.ts'
import {fakeApi, listOf} from './testing/fake-api.ts'

const signal = new AbortController().signal

test('budgets of all namespaces or of one, reduced to what they allow, and for which pods', async () => {
  const matchExpressions = [
    {key: 'tier', operator: 'In', values: ['front']},
    {key: 'debug', operator: 'DoesNotExist'},
  ]
  const items = [
    {
      metadata: {namespace: 'shop', name: 'web', uid: 'a', resourceVersion: '1'},
      spec: {minAvailable: '50%', selector: {matchLabels: {app: 'web'}, matchExpressions}},
      status: {expectedPods: 4},
    },
    {
      metadata: {namespace: 'shop', name: 'all', uid: 'b', resourceVersion: '1'},
      spec: {maxUnavailable: 0, selector: {}},
    },
    {metadata: {namespace: 'shop', name: 'none', uid: 'c', resourceVersion: '1'}, spec: {maxUnavailable: 0}},
  ]
  const api = fakeApi({get: () => listOf('PodDisruptionBudget', items)})
  const budgets = createDisruptionBudgets(api)
  const common = {namespace: 'shop', minAvailable: undefined, maxUnavailable: 0, expectedPods: 0}
  expect(await budgets.list(undefined, signal)).toEqual([
    {
      namespace: 'shop',
      name: 'web',
      selector: [
        {key: 'app', operator: 'In', values: ['web']},
        {key: 'tier', operator: 'In', values: ['front']},
        {key: 'debug', operator: 'DoesNotExist', values: []},
      ],
      minAvailable: '50%',
      maxUnavailable: undefined,
      expectedPods: 4,
    },
    {...common, name: 'all', selector: []},
    {...common, name: 'none', selector: undefined},
  ])
  await budgets.list('shop', signal)
  expect(api.gets).toEqual([
    '/apis/policy/v1/poddisruptionbudgets',
    '/apis/policy/v1/namespaces/shop/poddisruptionbudgets',
  ])
})
