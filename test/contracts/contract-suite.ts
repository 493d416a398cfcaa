import {afterAll, beforeAll, describe} from 'vitest'
import {describeAccess} from './access-contract.ts'
import {describeApplies} from './apply-contract.ts'
import type {ContractCluster, OpenCluster} from './contract-cluster.ts'
import {describeDefinitions} from './definition-contract.ts'
import {describeExpiry} from './expiry-contract.ts'
import {describeImages} from './image-contract.ts'
import {describeLists} from './list-contract.ts'
import {describeManifests} from './manifest-contract.ts'
import {describeRefusals} from './refusal-contract.ts'
import {describeRollouts} from './rollout-contract.ts'
import {describeScales} from './scale-contract.ts'
import {describeValidity} from './validity-contract.ts'
import {describeWatches} from './watch-contract.ts'
import {describeWrites} from './write-contract.ts'

/**
 * What hubspoke relies on in an API server, as one suite that runs unchanged against the sandbox and against Kubernetes.
 * Where the two differ, the sandbox is wrong. It uses plain HTTP/2, so that it tests the servers and not our client.
 */
export function describeContract(name: string, open: OpenCluster): void {
  describe(name, () => {
    let opened: ContractCluster | undefined
    const cluster = (): ContractCluster => {
      if (!opened) throw new Error('the cluster is not open yet')
      return opened
    }
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened?.close())

    describeLists(cluster)
    describeWatches(cluster)
    describeWrites(cluster)
    describeAccess(cluster)
    describeRollouts(cluster)
    describeImages(cluster)
    describeScales(cluster)
    describeApplies(cluster)
    describeManifests(cluster)
    describeDefinitions(cluster)
    describeRefusals(cluster)
    describeValidity(cluster)
    describeExpiry(cluster)
  })
}
