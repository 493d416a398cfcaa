import {describe} from 'vitest'
import {controlPlaneOrSkip} from '../cluster/control-plane-or-skip.ts'
import {openRawClient, type RawClient} from '../cluster/raw-client.ts'
import {startRealCluster} from '../cluster/real-cluster.ts'
import {type ContractCluster, clearGrounds} from './contract-cluster.ts'
import {describeContract} from './contract-suite.ts'
import {limitedUser, openLimitedClient, removeLimitedUser} from './limited-client.ts'
import {openWebhook} from './real-webhook.ts'

const brokenImages = 'registry.example/broken'
const listsMoveBookmarks = !process.env.HUBSPOKE_TEST_APISERVER_FLAGS?.includes('ConsistentListFromCache=false')
const common = {
  brokenImages,
  listsMoveBookmarks,
  limitedUser,
  unschedulable: () => ({podSpec: {nodeSelector: {'hubspoke.test/there-is': 'no-such-node'}}}),
}
const ownKubeconfig = process.env.HUBSPOKE_TEST_KUBECONFIG
const binaries = ownKubeconfig ? undefined : await controlPlaneOrSkip()

/** A control plane of our own: it can be made to forget, by a compaction of its store and a restart. */
async function openFresh(): Promise<ContractCluster> {
  const cluster = await startRealCluster({name: 'contract', nodes: 2, ...(binaries && {binaries})})
  return {
    client: cluster.client,
    webhook: (namespace, how) => openWebhook(cluster.client, namespace, how),
    ...common,
    openLimitedClient: () => openLimitedClient(cluster.client),
    expireHistory: async () => {
      await cluster.expireHistory()
      await cluster.stopApiServer()
      await cluster.startApiServer()
    },
    close: () => cluster.delete(),
  }
}

/** The current context of somebody's own kubeconfig: kind, or whatever may be written to. */
async function openOwn(kubeconfig: string): Promise<ContractCluster> {
  const client: RawClient = openRawClient(kubeconfig)
  return {
    client,
    webhook: (namespace, how) => openWebhook(client, namespace, how),
    ...common,
    openLimitedClient: () => openLimitedClient(client),
    close: async () => {
      await clearGrounds(client)
      await removeLimitedUser(client)
      await client.close()
    },
  }
}

if (ownKubeconfig) describeContract('the cluster of HUBSPOKE_TEST_KUBECONFIG', () => openOwn(ownKubeconfig))
else if (binaries) describeContract('Kubernetes', openFresh)
else describe.skip('Kubernetes: no control plane, for the reason printed above')
