import {expect, test} from 'vitest'
import {createAccessReviews} from './access-reviews.ts'
import {readClusterIdentity} from './cluster-identity.ts'
import {fakeApi, refusal} from './testing/fake-api.ts'

const never = new AbortController().signal
const raise = (status: number) => () => {
  throw refusal(status)
}
const identify = (get: () => unknown, ca = 'PEM') => readClusterIdentity(fakeApi({get}), async () => ca, never)

test('a cluster is identified by its kube-system namespace', async () => {
  expect(await identify(() => ({kind: 'Namespace', metadata: {name: 'kube-system', uid: 'k-1'}}))).toEqual({
    uid: 'k-1',
    isFallback: false,
  })
})

test.each([
  {because: 'it may not be read', get: raise(403)},
  {because: 'there is none', get: raise(404)},
])('server and CA are the fallback where $because', async ({get}) => {
  const identity = await identify(get)
  expect(identity).toEqual({uid: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), isFallback: true})
  expect(await identify(get)).toEqual(identity)
  expect((await identify(get, 'another PEM')).uid).not.toBe(identity.uid)
})

test.each([
  {because: 'has no UID', answer: {kind: 'Namespace', metadata: {name: 'kube-system'}}},
  {because: 'is of another namespace', answer: {kind: 'Namespace', metadata: {name: 'default', uid: 'k-1'}}},
  {because: 'is no namespace', answer: {metadata: {name: 'kube-system', uid: 'k-1'}}},
])('there is no fallback where the answer $because', async ({answer}) => {
  await expect(identify(() => answer)).rejects.toMatchObject({failureClass: 'server-error'})
})

test('a cluster that cannot be asked has no identity', async () => {
  await expect(identify(raise(500))).rejects.toMatchObject({failureClass: 'server-error'})
  await expect(identify(raise(401))).rejects.toMatchObject({failureClass: 'unauthenticated'})
})

test.each([
  {status: {allowed: true}, allowed: true},
  {status: {allowed: false, reason: 'no'}, allowed: false},
])('an access review that answers $status is $allowed', async ({status, allowed}) => {
  const api = fakeApi({write: () => ({kind: 'SelfSubjectAccessReview', status})})
  const question = {verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop'} as const
  expect(await createAccessReviews(api).mayI(question, never)).toBe(allowed)
  expect(api.writes).toEqual([
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {resourceAttributes: question},
      },
    },
  ])
})

test.each([
  {status: {allowed: 'true'}},
  {status: {}},
  {status: undefined},
  {status: {allowed: true}, kind: 'SelfSubjectRulesReview'},
  {status: {allowed: true}, spec: {resourceAttributes: {verb: 'get', group: 'apps', resource: 'deployments'}}},
])('an access review that answers $status, $kind, $spec is unexpected', async (answer) => {
  const api = fakeApi({write: () => ({kind: 'SelfSubjectAccessReview', ...answer})})
  const question = {verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop'} as const
  await expect(createAccessReviews(api).mayI(question, never)).rejects.toMatchObject({failureClass: 'server-error'})
})
