import {statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {type ChaosProxy, startChaosProxy} from './chaos-proxy.ts'
import {acceptedPatches, readTruth, type Truth} from './chaos-truth.ts'
import type {Credentials} from './raw-client.ts'
import {type KubeObject, type RealCluster, startRealCluster} from './real-cluster.ts'
import {runFolder} from './run-folder.ts'
import {createServiceAccount} from './service-account.ts'
import {unreadyPods, untilRolledOut} from './workloads.ts'

/** A real cluster behind a proxy that makes trouble, with a log of what its API server carried out. */
export interface World {
  readonly name: string
  readonly cluster: RealCluster
  readonly proxy: ChaosProxy
  readonly auditLog: string
  /** Of a service account: who is an administrator by certificate is not asked for permissions by a server that just started. */
  readonly credentials: Credentials
}

const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Metadata, verbs: [patch], resources: [{group: apps}]}
- {level: None}
`

export async function startWorld(
  name: string,
  {objects, goawayChance}: {readonly objects: readonly KubeObject[]; readonly goawayChance: string},
): Promise<World> {
  const policy = join(runFolder(), `${name}-audit-policy.yaml`)
  const auditLog = join(runFolder(), `${name}-audit.log`)
  writeFileSync(policy, auditPolicy)
  writeFileSync(auditLog, '')
  const apiserverFlags = {'audit-policy-file': policy, 'audit-log-path': auditLog, 'goaway-chance': goawayChance}
  const cluster = await startRealCluster({name, apiserverFlags})
  await cluster.apply(objects)
  await untilRolledOut(cluster)
  const proxy = await startChaosProxy(cluster.server)
  return {name, cluster, proxy, auditLog, credentials: {...(await signIn(cluster)), server: proxy.server}}
}

async function signIn(cluster: RealCluster): Promise<Credentials> {
  const {client} = await createServiceAccount(cluster, 'default', 'operator')
  await cluster.apply([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: {name: 'operator'},
      roleRef: {apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin'},
      subjects: [{kind: 'ServiceAccount', name: 'operator', namespace: 'default'}],
    },
  ])
  return client.credentials
}

/** Brings everything back: what was held on the way has arrived, every server serves, and every rollout has ended. */
export async function recover({proxy, cluster}: World): Promise<void> {
  proxy.restore()
  await cluster.startApiServer()
  await sleep(1_000)
  proxy.cut()
  await untilRolledOut(cluster).catch(async () => {
    // Simulated kubelets may have missed a pod while their API server was away; they do not miss the one in its place.
    for (const {metadata} of await unreadyPods(cluster)) {
      await cluster.client.delete(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`)
    }
    await untilRolledOut(cluster)
  })
}

/** What the clusters themselves say. */
export interface Look {
  /** By UID. */
  readonly workloads: ReadonlyMap<string, Truth>
  /** Bytes, by name of the world. */
  readonly auditLogs: ReadonlyMap<string, number>
}

export async function lookAt(worlds: readonly World[]): Promise<Look> {
  const truths = await Promise.all(worlds.map(({cluster}) => readTruth(cluster)))
  return {
    workloads: new Map(truths.flatMap((truth) => [...truth])),
    auditLogs: new Map(worlds.map(({name, auditLog}) => [name, statSync(auditLog).size])),
  }
}

/** Patches that were carried out since a look, by `context/plural/namespace/name`. */
export function patchesSince({auditLogs}: Look, worlds: readonly World[]): ReadonlyMap<string, number> {
  return new Map(
    worlds.flatMap(({name, auditLog}) =>
      [...acceptedPatches(auditLog, auditLogs.get(name) ?? 0)].map(
        ([key, count]) => [`${name}/${key}`, count] as const,
      ),
    ),
  )
}
