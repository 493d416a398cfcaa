import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {freePorts} from './cluster-processes.ts'
import type {Binaries} from './control-plane/build-control-plane.ts'

export interface ControlPlaneOptions {
  /** Without the dashes: `{'event-ttl': '5m'}`. They come after those of `HUBSPOKE_TEST_APISERVER_FLAGS`. */
  readonly apiserverFlags?: Readonly<Record<string, string>>
  /** More kwok stages, as YAML documents, beside those of `stages.yaml`. */
  readonly stages?: string
}

/** A port for every part of a cluster, by the names that kwok has for them. */
export async function freeClusterPorts() {
  const [kubeApiserverPort = 0, etcdPort = 0, etcdPeerPort = 0, ...others] = await freePorts(6)
  const [kubeControllerManagerPort, kubeSchedulerPort, kwokControllerPort] = others
  return {
    kubeApiserverPort,
    etcdPort,
    etcdPeerPort,
    kubeControllerManagerPort,
    kubeSchedulerPort,
    kwokControllerPort,
  }
}

/** What kwokctl reads: the control plane, and behind it the stages of nodes and pods. */
export function kwokConfig(
  options: ControlPlaneOptions,
  binaries: Binaries,
  ports: Awaited<ReturnType<typeof freeClusterPorts>>,
): string {
  const flags = (name: string, extra: Readonly<Record<string, string>>) => ({
    name,
    extraArgs: Object.entries(extra).map(([key, value]) => ({key, value})),
  })
  // Controllers ask as often as they like, and one of each kind needs no election: rollouts take no longer than they must.
  const unhurried = {'leader-elect': 'false', 'kube-api-qps': '1000', 'kube-api-burst': '1000'}
  const config = {
    kind: 'KwokctlConfiguration',
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    options: {
      runtime: 'binary',
      bindAddress: '127.0.0.1',
      ...ports,
      etcdBinary: binaries.etcd,
      kubeApiserverBinary: binaries['kube-apiserver'],
      kubeControllerManagerBinary: binaries['kube-controller-manager'],
      kubeSchedulerBinary: binaries['kube-scheduler'],
      kwokControllerBinary: binaries.kwok,
    },
    componentsPatches: [
      flags('etcd', {'unsafe-no-fsync': 'true'}),
      flags('kube-apiserver', {...flagsOf(process.env.HUBSPOKE_TEST_APISERVER_FLAGS), ...options.apiserverFlags}),
      // A quota is counted when it is created, from what the controller has seen by then, and again only after this time: five
      // minutes by default.
      flags('kube-controller-manager', {...unhurried, 'resource-quota-sync-period': '2s'}),
      flags('kube-scheduler', unhurried),
    ],
  }
  const stages = readFileSync(join(import.meta.dirname, 'stages.yaml'), 'utf8')
  return [stringify(config), stages, options.stages ?? ''].join('\n---\n')
}

/** `feature-gates=ConsistentListFromCache=false event-ttl=5m`, by spaces. */
function flagsOf(text = ''): Record<string, string> {
  const flags = text.split(/\s+/).filter((flag) => flag !== '')
  return Object.fromEntries(flags.map((flag) => [flag.replace(/=.*/, ''), flag.replace(/^[^=]*=/, '')]))
}
