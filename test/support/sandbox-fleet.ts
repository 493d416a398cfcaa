import type {Sandbox, SandboxCluster} from '../../src/sandbox/sandbox.ts'
import type {ClusterSpec, WorkloadSpec} from '../../src/sandbox/spec.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {openShell, type Shell, type ShellOptions} from './run-command.ts'
import {createVirtualClock, type VirtualClock} from './virtual-clock.ts'

/** Simulated clusters, a shell with their kubeconfig, and one clock for both that advances when everything else waits. */
export interface Fleet extends AsyncDisposable {
  readonly sandbox: Sandbox
  readonly clock: VirtualClock
  readonly shell: Shell
  cluster(name: string): SandboxCluster
  /** `cluster/namespace/Kind/name` of everything whose pod template was stamped, sorted. */
  restarted(): readonly string[]
  /** The distinct stamps in all pod templates. */
  stamps(): readonly string[]
  /** Requests that would have changed something, as `cluster METHOD path`. */
  writes(): readonly string[]
}

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const
const stampAnnotation = 'kubectl.kubernetes.io/restartedAt'

export async function openFleet(
  clusters: readonly ClusterSpec[],
  options: Partial<Omit<ShellOptions, 'kubeconfig' | 'clock'>> = {},
): Promise<Fleet> {
  const clock = createVirtualClock({autoAdvance: true, start: new Date('2026-11-24T20:00:00Z')})
  const sandbox = await startSandbox({clusters}, {clock, random: () => 0.5})
  const shell = await openShell({kubeconfig: sandbox.kubeconfig, clock, ...options})
  return {
    sandbox,
    clock,
    shell,
    cluster: (name) => sandbox.cluster(name),
    restarted: () => restartedIn(sandbox),
    stamps: () => [...new Set(stampedIn(sandbox).map(({stamp}) => stamp))],
    writes: () =>
      sandbox.clusters.flatMap((cluster) =>
        cluster
          .requests()
          .filter(({method, path}) => method !== 'GET' && !/selfsubject(access)?reviews/.test(path))
          .filter(({path}) => !path.includes('dryRun=All') && !/\/(leases|events)\b/.test(path))
          .map(({method, path}) => `${cluster.name} ${method} ${path.split('?')[0]}`),
      ),
    async [Symbol.asyncDispose]() {
      await shell[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

/** `cluster/namespace/Kind/name` of everything whose pod template was stamped, sorted. */
export function restartedIn(sandbox: Sandbox): readonly string[] {
  return stampedIn(sandbox)
    .map(({key}) => key)
    .sort()
}

function stampedIn({clusters}: Sandbox) {
  return clusters.flatMap((cluster) =>
    kinds.flatMap((kind) =>
      cluster.objects(kind).flatMap((object) => {
        const stamp = stampOf(object)
        return stamp
          ? [{key: `${cluster.name}/${object.metadata.namespace}/${kind}/${object.metadata.name}`, stamp}]
          : []
      }),
    ),
  )
}

function stampOf(object: {readonly [key: string]: unknown}): string | undefined {
  const {spec} = object as {spec?: {template?: {metadata?: {annotations?: Record<string, string>}}}}
  return spec?.template?.metadata?.annotations?.[stampAnnotation]
}

export const image = 'ghcr.io/acme/web'

/** Deployments of the image in the namespace `shop`, one replica each, and one workload that runs something else. */
export function runningWeb(...names: readonly string[]): readonly WorkloadSpec[] {
  return [
    ...names.map((name) => ({namespace: 'shop', name, image: `${image}:1.0`, replicas: 1})),
    {namespace: 'shop', name: 'other', image: 'ghcr.io/acme/other:2.0', replicas: 1},
  ]
}
