import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {RawClient, readCredentials} from '../cluster/raw-client.ts'
import type {ContractCluster} from './contract-cluster.ts'
import {describeContract} from './contract-suite.ts'

const brokenImages = 'registry.example/broken'
const user = 'limited'

/** A sandbox in real time with small steps: the suite waits for what happens, as it does on a real server. */
async function openSandbox(): Promise<ContractCluster> {
  const sandbox = await startSandbox(
    {
      clusters: [
        {
          name: 'contract',
          rolloutStepMs: 20,
          contexts: [{name: user}],
          trouble: [
            {type: 'unpullable-image', image: `${brokenImages}*`},
            {type: 'forbidden', user, resource: 'statefulsets'},
            {type: 'forbidden', user, resource: 'deployments', verb: ['create', 'update', 'patch', 'delete']},
          ],
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
    openLimitedClient: async () => new RawClient(readCredentials(sandbox.kubeconfig, user)),
    expireHistory: async () => cluster.expireHistory(),
    close: async () => {
      await client.close()
      await sandbox.close()
    },
  }
}

describeContract('the sandbox', openSandbox)
