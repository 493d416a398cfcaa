import {spawn} from 'node:child_process'
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {delimiter, dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import pLimit from 'p-limit'
import {isRefused, killComponents, logTail, runKwokctl, stateFolder} from './cluster-processes.ts'
import {type Binaries, ensureControlPlane} from './control-plane/build-control-plane.ts'
import {writeKubeconfig} from './kubeconfig-files.ts'
import {type ControlPlaneOptions, freeClusterPorts, kwokConfig} from './kwok-config.ts'
import {applyPatch, openRawClient, type RawClient, readCredentials} from './raw-client.ts'
import {runFolder} from './run-folder.ts'

export interface RealClusterOptions extends ControlPlaneOptions {
  /** Also the name of its context. */
  readonly name: string
  /** Default 2. */
  readonly nodes?: number
  /** Default: found or built. */
  readonly binaries?: Binaries
}

/** Plain data to find a running cluster again, from a test file that did not start it. */
export interface ClusterPlace {
  readonly name: string
  readonly folder: string
  readonly etcdPort: number
  readonly binaries: Binaries
}

export interface CommandOutcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Any object of the API, as far as its address goes. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {readonly name: string; readonly namespace?: string; readonly [field: string]: unknown}
  readonly [field: string]: unknown
}

/** A genuine control plane on the loopback interface; kwok simulates its nodes and pods. */
export class RealCluster {
  readonly name: string
  readonly context: string
  readonly server: string
  /** Of an administrator, certificates inline, one context. */
  readonly kubeconfigPath: string
  readonly client: RawClient
  readonly place: ClusterPlace

  /** Opens one that runs already; @see startRealCluster */
  constructor(place: ClusterPlace) {
    this.place = place
    this.name = place.name
    this.context = place.name
    this.kubeconfigPath = join(place.folder, 'kubeconfig.yaml')
    this.client = openRawClient(this.kubeconfigPath)
    this.server = this.client.credentials.server
  }

  /** Never rejects because of what kubectl says. */
  kubectl(args: readonly string[], input = ''): Promise<CommandOutcome> {
    return runCommand(this.place.binaries.kubectl, ['--kubeconfig', this.kubeconfigPath, ...args], input)
  }

  /** Server-side apply, namespaces before what lives in them. Rejects at the first that is refused. */
  async apply(objects: readonly KubeObject[]): Promise<void> {
    const apply = async (object: KubeObject): Promise<void> => {
      const path = `${objectPath(object)}?fieldManager=hubspoke-test&force=true`
      const {status, body} = await this.client.patch(path, object, applyPatch)
      if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
    }
    const isNamespace = ({kind}: KubeObject): boolean => kind === 'Namespace'
    await Promise.all(objects.filter(isNamespace).map(apply))
    const limit = pLimit(16)
    await Promise.all(objects.filter((object) => !isNamespace(object)).map((object) => limit(apply, object)))
  }

  /** The body of a GET. Rejects unless it is a 200. */
  async get<T>(path: string): Promise<T> {
    const {status, body} = await this.client.get<T>(path)
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }

  /**
   * Kills the API server at once, as in an outage; with SIGTERM it ends in order, as in an upgrade.
   * Resolves when its port is free.
   */
  async stopApiServer(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    killComponents(stateFolder(this.place.folder, this.name), 'kube-apiserver', signal)
    await poll('the port of the API server is free', () => isRefused(Number(new URL(this.server).port)))
  }

  /** Back on the same port, with the same objects; the controllers that gave up meanwhile are back, too. */
  async startApiServer(): Promise<void> {
    await runKwokctl(this.place.binaries.kwokctl, ['start', 'cluster', '--name', this.name], kwokEnv(this.place))
    await untilReady(this.client)
  }

  /** Compacts etcd: what is older than now is gone for page tokens and for watches that the server does not remember. */
  async expireHistory(): Promise<void> {
    const etcd = `http://127.0.0.1:${this.place.etcdPort}/v3/kv`
    const post = async (path: string, body: object): Promise<{header?: {revision?: string}}> => {
      const reply = await fetch(`${etcd}/${path}`, {method: 'POST', body: JSON.stringify(body)})
      return (await reply.json()) as {header?: {revision?: string}}
    }
    const {header} = await post('range', {key: 'AA=='})
    await post('compaction', {revision: header?.revision, physical: true})
  }

  /** Ends its processes and removes its files. */
  async delete(): Promise<void> {
    await this.client.close()
    killComponents(stateFolder(this.place.folder, this.name))
    rmSync(this.place.folder, {recursive: true, force: true, maxRetries: 5})
  }
}

/**
 * Starts a cluster and resolves when it serves and takes pods. Several started at once are up sooner than one by one.
 * Rejects when the programs are missing, or when something does not come up: the message ends with what it logged last.
 */
export async function startRealCluster(options: RealClusterOptions): Promise<RealCluster> {
  const binaries = options.binaries ?? (await findBinaries())
  const folder = join(runFolder(), options.name)
  const ports = await freeClusterPorts()
  const place: ClusterPlace = {name: options.name, folder, etcdPort: ports.etcdPort, binaries}
  mkdirSync(folder, {recursive: true})
  writeFileSync(join(folder, 'kwok-config.yaml'), kwokConfig(options, binaries, ports))
  try {
    return await bringUp(place, options.nodes ?? 2)
  } catch (error) {
    const state = stateFolder(folder, options.name)
    killComponents(state)
    throw new Error(`cluster ${options.name} does not start: ${String(error)}\n${logTail(state)}`)
  }
}

async function bringUp(place: ClusterPlace, nodes: number): Promise<RealCluster> {
  const {name, folder, binaries} = place
  const kwokKubeconfig = join(folder, 'kwokctl-kubeconfig.yaml')
  const create = ['create', 'cluster', '--name', name, '--config', join(folder, 'kwok-config.yaml'), '--timeout', '90s']
  await runKwokctl(binaries.kwokctl, [...create, '--kubeconfig', kwokKubeconfig], kwokEnv(place))
  const credentials = readCredentials(readFileSync(kwokKubeconfig, 'utf8'))
  writeKubeconfig(join(folder, 'kubeconfig.yaml'), [{name, credentials}])
  const cluster = new RealCluster(place)
  await untilReady(cluster.client)
  await cluster.apply(Array.from({length: nodes}, (_, index) => node(`node-${index}`)))
  await untilTakesPods(cluster.client, nodes)
  return cluster
}

async function findBinaries(): Promise<Binaries> {
  const {binaries, missing} = await ensureControlPlane({env: process.env, print: (line) => console.error(line)})
  if (!binaries) throw new Error(`no control plane: ${missing}`)
  return binaries
}

function kwokEnv({folder, binaries}: ClusterPlace): NodeJS.ProcessEnv {
  const path = [dirname(binaries.kubectl), process.env.PATH ?? ''].join(delimiter)
  return {...process.env, HOME: folder, PATH: path, KUBECONFIG: join(folder, 'kwokctl-kubeconfig.yaml')}
}

function node(name: string): KubeObject {
  return {apiVersion: 'v1', kind: 'Node', metadata: {name, labels: {'kubernetes.io/hostname': name}}}
}

async function untilReady(client: RawClient): Promise<void> {
  await poll('the API server is ready', async () => (await client.get('/readyz')).status === 200)
}

async function untilTakesPods(client: RawClient, nodes: number): Promise<void> {
  interface Nodes {
    readonly items: readonly {readonly spec: {readonly taints?: readonly unknown[]}}[]
  }
  await poll('there are nodes for pods', async () => {
    const {body} = await client.get<Nodes>('/api/v1/nodes')
    const account = await client.get('/api/v1/namespaces/default/serviceaccounts/default')
    return account.status === 200 && body.items.filter((item) => !item.spec.taints?.length).length >= nodes
  })
}

/** Asks every 50 ms; a refused connection is a no. */
async function poll(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited a minute, and it is still not so that ${what}`)
    await sleep(50)
  }
}

/** Where an object lives. The plural is the kind in lower case and an s, which suits every kind the tests use. */
function objectPath({apiVersion, kind, metadata}: KubeObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const namespace = metadata.namespace ? `/namespaces/${metadata.namespace}` : ''
  return `${group}${namespace}/${kind.toLowerCase()}s/${metadata.name}`
}

function runCommand(command: string, args: readonly string[], input: string): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {stdio: 'pipe'})
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({exitCode: code ?? -1, stdout, stderr}))
    child.stdin.end(input)
  })
}
