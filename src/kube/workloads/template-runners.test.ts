import {expect, test} from 'vitest'
import {ownerName} from '../../model/owner.ts'
import {fakeApi, refusal} from '../testing/fake-api.ts'
import {createTemplateRunners} from './template-runners.ts'

const never = new AbortController().signal
const web = {kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u1'} as const
const api = {namespace: 'shop', uid: 'u2', resourceVersion: '7'}

const groups = (...names: readonly string[]) => ({kind: 'APIGroupList', groups: names.map((name) => ({name}))})
const rollout = (kind: string, name: string) => ({metadata: {name: 'shop-web'}, spec: {workloadRef: {kind, name}}})
const rollouts = (...items: readonly object[]) => ({kind: 'RolloutList', apiVersion: 'argoproj.io/v1alpha1', items})
const primary = (ownerKind: string) => ({
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: {...api, name: 'web-primary', ownerReferences: [{kind: ownerKind, name: 'web', controller: true}]},
})

interface Answers {
  readonly groups?: unknown
  readonly rollouts?: unknown
  readonly primary?: unknown
}

function cluster(answers: Answers) {
  const answer = (path: string): unknown => {
    if (path === '/apis') return answers.groups ?? groups('apps', 'argoproj.io')
    return path.includes('/rollouts') ? (answers.rollouts ?? rollouts()) : (answers.primary ?? missingPrimary())
  }
  return fakeApi({
    get(path) {
      const given = answer(path)
      if (given instanceof Error) throw given
      return given
    },
  })
}

function missingPrimary(): unknown {
  return refusalOf(404)
}

function refusalOf(status: number): unknown {
  return status === 404 ? Object.assign(refusal(404) as Error, {failureClass: 'not-found'}) : refusal(status)
}

test.each<{answers: Answers; is: string | undefined; because: string}>([
  {
    answers: {rollouts: rollouts(rollout('Deployment', 'web'))},
    is: 'Argo Rollouts Rollout shop/shop-web',
    because: 'the Rollout refers to it',
  },
  {
    answers: {rollouts: rollouts(rollout('Deployment', 'api'))},
    is: undefined,
    because: 'the Rollout refers to another Deployment',
  },
  {
    answers: {rollouts: rollouts(rollout('ReplicaSet', 'web'))},
    is: undefined,
    because: 'the Rollout refers to another kind',
  },
  {answers: {rollouts: rollouts({metadata: {name: 'x'}})}, is: undefined, because: 'the Rollout has its own template'},
  {answers: {groups: groups('apps'), rollouts: refusalOf(404)}, is: undefined, because: 'the cluster has no Rollouts'},
  {answers: {primary: primary('Canary')}, is: 'Flagger Canary shop/web', because: 'its primary belongs to a Canary'},
  {answers: {primary: primary('Shop')}, is: undefined, because: 'the name matches by chance'},
  {answers: {rollouts: refusalOf(403)}, is: 'unknown', because: 'Rollouts may not be listed'},
  {answers: {groups: refusalOf(500)}, is: 'unknown', because: 'the API groups cannot be read'},
  {answers: {groups: '404 page not found'}, is: 'unknown', because: 'a gateway answers'},
  {answers: {groups: {kind: 'Status', items: []}}, is: 'unknown', because: 'it is another kind'},
  {answers: {rollouts: {kind: 'PodList', items: []}}, is: 'unknown', because: 'it is another list'},
  {answers: {primary: refusalOf(403)}, is: 'unknown', because: 'its primary may not be read'},
  {
    answers: {rollouts: rollouts(rollout('Deployment', 'web')), primary: refusalOf(403)},
    is: 'Argo Rollouts Rollout shop/shop-web',
    because: 'the Rollout was found',
  },
])('$is: $because', async ({answers, is}) => {
  const runner = await createTemplateRunners(cluster(answers))(web, never)
  expect(typeof runner === 'object' ? ownerName(runner) : runner).toBe(is)
})

test('Rollouts are listed once per namespace, in one bounded request', async () => {
  const asked = cluster({rollouts: rollouts(rollout('Deployment', 'web'))})
  const runnerOf = createTemplateRunners(asked)
  for (const namespace of ['shop', 'shop', 'pay']) await runnerOf({...web, namespace}, never)
  expect(asked.gets.filter((path) => !path.includes('primary'))).toEqual([
    '/apis',
    '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts?limit=500',
    '/apis/argoproj.io/v1alpha1/namespaces/pay/rollouts?limit=500',
  ])
})

test('a bug rejects', async () => {
  const broken = fakeApi({
    get() {
      throw new TypeError('oops')
    },
  })
  await expect(createTemplateRunners(broken)(web, never)).rejects.toThrow(TypeError)
})
