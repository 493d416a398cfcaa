import {beforeAll, describe, expect, test} from 'vitest'
import {mergePatch} from '../cluster/raw-client.ts'
import {type ApiObject, type ContractCluster, Ground, type Plural, webhookName} from './contract-cluster.ts'

/** What admission refuses: quotas and webhooks. */
export function describeRefusals(cluster: () => ContractCluster): void {
  describe('admission', () => {
    let ground: Ground
    beforeAll(async () => {
      ground = await Ground.create(cluster())
    })

    const quota = async (on: Ground, name: string, hard: Readonly<Record<string, string>>): Promise<void> => {
      const object = {apiVersion: 'v1', kind: 'ResourceQuota', metadata: {name}, spec: {hard}}
      await on.expect(201, on.client.post(on.path('resourcequotas'), object))
      await on.until(`resourcequotas/${name}`, ({status}) => status.hard !== undefined)
    }
    const eventsOf = async (on: Ground, kind: string): Promise<readonly ApiObject[]> =>
      (await on.list('events')).items.filter(({involvedObject, reason}) => {
        return involvedObject.kind === kind && reason === 'FailedCreate'
      })

    test('refuses what would exceed a quota, and tells how much is used; a dry run and an apply, too', async () => {
      await quota(ground, 'few', {'count/deployments.apps': '1', 'count/jobs.batch': '0'})
      await ground.workload('deployments', 'first', {replicas: 0})
      await ground.until('resourcequotas/few', ({status}) => status.used['count/deployments.apps'] === '1')
      const second = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {name: 'second'},
        spec: {
          replicas: 0,
          selector: {matchLabels: {app: 'second'}},
          template: {
            metadata: {labels: {app: 'second'}},
            spec: {containers: [{name: 'app', image: 'registry.example/app:1'}]},
          },
        },
      }
      const amounts =
        'requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1'
      const refusal = {
        status: 403,
        body: {
          kind: 'Status',
          message: `deployments.apps "second" is forbidden: exceeded quota: few, ${amounts}`,
          reason: 'Forbidden',
          details: {name: 'second', group: 'apps', kind: 'deployments'},
          code: 403,
        },
      }
      expect(await ground.client.post(ground.path('deployments'), second)).toMatchObject(refusal)
      expect(await ground.client.post(ground.path('deployments?dryRun=All'), second)).toMatchObject(refusal)
      expect(await ground.apply('deployments/second', second, {manager: 'one'})).toMatchObject(refusal)
      expect((await ground.client.delete(ground.path('deployments/first'))).status).toBe(200)
      const again = async (): Promise<number> => (await ground.client.post(ground.path('deployments'), second)).status
      await expect.poll(again, {timeout: 20_000, interval: 100}).toBe(201)
    })

    test('refuses pods beyond a quota: a condition and an Event of each controller say so', async () => {
      const full = await Ground.create(cluster())
      await quota(full, 'no-pods', {pods: '0'})
      const sentence =
        /pods "stuck-\S+" is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0$/
      const kinds = {deployments: 'ReplicaSet', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet'} as const
      for (const plural of Object.keys(kinds) as Plural[]) {
        await full.workload(plural, 'stuck')
        await expect.poll(() => eventsOf(full, kinds[plural]), {timeout: 20_000}).not.toEqual([])
        const [event] = await eventsOf(full, kinds[plural])
        expect(event).toMatchObject({
          type: 'Warning',
          message: expect.stringMatching(sentence),
          source: {component: `${kinds[plural].toLowerCase()}-controller`},
        })
        const prefix =
          plural === 'statefulsets' ? 'Create Pod stuck-0 in StatefulSet stuck failed error: ' : 'Error creating: '
        expect(event?.message.startsWith(prefix)).toBe(true)
      }
      const failureOf = ({status}: ApiObject): {type: string} | undefined =>
        status.conditions?.find(({type}: {type: string}) => type === 'ReplicaFailure')
      const deployment = await full.until('deployments/stuck', (object) => failureOf(object) !== undefined)
      expect(failureOf(deployment)).toMatchObject({
        status: 'True',
        reason: 'FailedCreate',
        message: expect.stringMatching(sentence),
      })
      expect((await full.list('pods')).items).toEqual([])
      await full.client.delete(full.path('resourcequotas/no-pods'))
      const recovered = await full.until('deployments/stuck', ({status}) => status.availableReplicas === 2, 60_000)
      await full.until('deployments/stuck', (object) => failureOf(object) === undefined)
      expect(recovered.status.replicas).toBe(2)
    })

    const write = (): Promise<readonly {readonly status: number; readonly body: unknown}[]> =>
      Promise.all([
        ground.client.post(ground.path('configmaps'), {metadata: {name: 'new'}}),
        ground.client.patch(ground.path('configmaps/old'), {data: {a: '1'}}, mergePatch),
        ground.client.patch(ground.path('configmaps/old'), {}, mergePatch),
        ground.client.delete(ground.path('configmaps/old')),
        ground.client.patch(ground.path('configmaps/old?dryRun=All'), {data: {a: '1'}}, mergePatch),
      ])

    test('by a webhook that cannot be called is an internal error, for every write, and nothing is written', async () => {
      await ground.configMap('old')
      const end = await cluster().webhook(ground.namespace, 'refused')
      const failed = expect.stringMatching(
        new RegExp(
          `failed calling webhook "${webhookName}": failed to call webhook: Post "https://.+": dial tcp .+: connect: connection refused$`,
        ),
      )
      for (const reply of await write()) {
        expect(reply).toMatchObject({
          status: 500,
          body: {
            kind: 'Status',
            message: failed,
            reason: 'InternalError',
            details: {causes: [{message: failed}]},
            code: 500,
          },
        })
      }
      await end()
      expect((await ground.read('configmaps/old')).data ?? {}).toEqual({})
      const missing = await ground.client.patch(ground.path('configmaps/none'), {data: {a: '1'}}, mergePatch)
      expect(missing.status).toBe(404)
    })

    test('by a webhook that denies has the words of the webhook', async () => {
      const end = await cluster().webhook(ground.namespace, {denies: 'images need a digest'})
      for (const reply of await write()) {
        expect(reply).toMatchObject({
          status: 403,
          body: {
            message: `admission webhook "${webhookName}" denied the request: images need a digest`,
            reason: 'Forbidden',
            code: 403,
          },
        })
      }
      await end()
      expect((await ground.client.delete(ground.path('configmaps/old'))).status).toBe(200)
    })
  })
}
