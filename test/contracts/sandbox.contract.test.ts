import type {AccessRule} from '../../src/sandbox/spec.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {RawClient, readCredentials} from '../cluster/raw-client.ts'
import {type ContractCluster, webhookName} from './contract-cluster.ts'
import {describeContract} from './contract-suite.ts'

const brokenImages = 'registry.example/broken'
const user = 'limited'
const may: readonly AccessRule[] = [
  {verbs: ['get', 'list', 'watch'], resources: ['deployments']},
  {verbs: ['*'], resources: ['configmaps']},
]

/** A sandbox in real time with small steps: the suite waits for what happens, as it does on a real server. */
async function openSandbox(): Promise<ContractCluster> {
  const sandbox = await startSandbox(
    {
      clusters: [
        {
          name: 'contract',
          rolloutStepMs: 20,
          contexts: [{name: user, may}],
          trouble: [{type: 'unpullable-image', image: `${brokenImages}*`}],
        },
      ],
    },
    {clock: systemClock},
  )
  const cluster = sandbox.cluster('contract')
  const client = new RawClient(readCredentials(sandbox.kubeconfig))
  return {
    client,
    brokenImages,
    listsMoveBookmarks: true,
    unschedulable: (namespace, name) => {
      cluster.addTrouble({type: 'unschedulable', namespace, name})
      return {podSpec: {}}
    },
    webhook: async (namespace, how) => {
      const common = {type: 'webhook', webhook: webhookName, resource: 'configmaps', namespace} as const
      const answer = how === 'refused' ? {how} : ({how: 'denies', message: how.denies} as const)
      const end = cluster.addTrouble({...common, ...answer})
      return async () => end()
    },
    limitedUser: user,
    openLimitedClient: async () => new RawClient(readCredentials(sandbox.kubeconfig, user)),
    expireHistory: async () => cluster.expireHistory(),
    close: async () => {
      await client.close()
      await sandbox.close()
    },
  }
}

describeContract('the sandbox', openSandbox)
