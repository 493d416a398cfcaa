import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {RawClient} from '../cluster/raw-client.ts'
import {type ContractCluster, Ground} from './contract-cluster.ts'

/** Who may do what, and how a refusal looks. */
export function describeAccess(cluster: () => ContractCluster): void {
  describe('access', () => {
    let ground: Ground
    let limited: RawClient
    beforeAll(async () => {
      ground = await Ground.create(cluster())
      limited = await cluster().openLimitedClient()
      await ground.workload('deployments', 'web', {replicas: 0})
    })
    afterAll(() => limited?.close())

    test('the version of the server is told', async () => {
      const version = {gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/), major: '1', minor: expect.any(String)}
      expect(await ground.client.get('/version')).toMatchObject({status: 200, body: version})
    })

    test('an unknown token is refused', async () => {
      const stranger = ground.client.as('not-a-token')
      const body = {kind: 'Status', status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401}
      expect(await stranger.get(ground.path('deployments'))).toMatchObject({status: 401, body})
      expect(await stranger.patch(ground.path('deployments/web'), {})).toMatchObject({status: 401, body})
      await stranger.close()
    })

    test('what is allowed works beside what is not', async () => {
      expect((await limited.get(ground.path('deployments'))).status).toBe(200)
      expect((await limited.get('/apis/apps/v1/deployments')).status).toBe(200)
      expect((await limited.post(ground.path('configmaps'), {metadata: {name: 'mine'}})).status).toBe(201)
    })

    const forbidden = (kind: string, sentence: string) => ({
      status: 403,
      body: {
        kind: 'Status',
        status: 'Failure',
        message: expect.stringMatching(new RegExp(`^${sentence}$`)),
        reason: 'Forbidden',
        details: {group: 'apps', kind},
        code: 403,
      },
    })

    test('one kind may be forbidden: to list, in a namespace and everywhere', async () => {
      const sentence =
        'statefulsets.apps is forbidden: User ".+" cannot list resource "statefulsets" in API group "apps"'
      expect(await limited.get(ground.path('statefulsets'))).toMatchObject(
        forbidden('statefulsets', `${sentence} in the namespace "${ground.namespace}"`),
      )
      expect(await limited.get('/apis/apps/v1/statefulsets?limit=1')).toMatchObject(
        forbidden('statefulsets', `${sentence} at the cluster scope`),
      )
    })

    test('and to get, whether it exists or not, and to watch, before any stream begins', async () => {
      expect(await limited.get(ground.path('statefulsets/none'))).toMatchObject(
        forbidden(
          'statefulsets',
          `statefulsets.apps "none" is forbidden: User ".+" cannot get resource "statefulsets" in API group "apps" in the namespace "${ground.namespace}"`,
        ),
      )
      const watch = await limited.watch('/apis/apps/v1/statefulsets?watch=1&allowWatchBookmarks=true')
      expect(watch.status).toBe(403)
      expect(await watch.rest()).toMatchObject([{kind: 'Status', reason: 'Forbidden'}])
    })

    test('and one verb of a kind that may be read', async () => {
      const reply = await limited.patch(ground.path('deployments/web'), {metadata: {labels: {a: 'b'}}})
      expect(reply).toMatchObject(
        forbidden(
          'deployments',
          `deployments.apps "web" is forbidden: User ".+" cannot patch resource "deployments" in API group "apps" in the namespace "${ground.namespace}"`,
        ),
      )
    })

    test('an administrator may impersonate a limited user', async () => {
      const headers = {'Impersonate-User': cluster().limitedUser}
      const ask = (resource: string) => ground.client.request('GET', ground.path(resource), {headers})
      expect((await ask('deployments')).status).toBe(200)
      expect(await ask('statefulsets')).toMatchObject({status: 403, body: {reason: 'Forbidden'}})
      const back = await limited.request('GET', ground.path('deployments'), {headers: {'Impersonate-User': 'admin'}})
      const refusal = expect.stringMatching(/ is forbidden: User ".+" cannot impersonate/)
      expect(back).toMatchObject({status: 403, body: {reason: 'Forbidden', message: refusal}})
    })

    test.each([
      {who: 'everybody', verb: 'patch', resource: 'deployments', allowed: true},
      {who: 'limited', verb: 'patch', resource: 'deployments', allowed: false},
      {who: 'limited', verb: 'list', resource: 'deployments', allowed: true},
      {who: 'limited', verb: 'watch', resource: 'statefulsets', allowed: false},
    ])('a review of one’s own access: $who, $verb $resource', async ({who, verb, resource, allowed}) => {
      const client = who === 'limited' ? limited : ground.client
      for (const namespace of [undefined, ground.namespace]) {
        const reply = await client.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: {resourceAttributes: {verb, group: 'apps', resource, ...(namespace && {namespace})}},
        })
        const body = {kind: 'SelfSubjectAccessReview', status: {allowed}, spec: {resourceAttributes: {verb, resource}}}
        expect(reply).toMatchObject({status: 201, body})
      }
    })
  })
}
