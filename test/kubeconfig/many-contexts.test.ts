import {spawn} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from 'vitest'
import {parse, stringify} from 'yaml'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import type {Sandbox} from '../../src/sandbox/sandbox.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {systemClock} from '../../src/shared/clock.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')
const many = 500

let folder: string
let sandbox: Sandbox
let kubeconfig: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-many-'))
  sandbox = await startSandbox(
    {
      clusters: ['a', 'b', 'c', 'd'].map((name) => ({
        name,
        workloads: [{namespace: 'shop', name: 'web', image: 'nginx:1.27', replicas: 1}],
      })),
    },
    {clock: systemClock, random: () => 0.5},
  )
  kubeconfig = join(folder, 'kubeconfig')
  await writeFile(kubeconfig, multiplied(sandbox.kubeconfig))
})
afterAll(async () => {
  await sandbox?.close()
  await rm(folder, {recursive: true})
})

/** Contexts with clusters and users of their own, which lead to the few servers of `text` in turn. */
function multiplied(text: string): string {
  const {clusters, users} = parse(text)
  const each = <T>(of: (index: number) => T): T[] => [...Array(many)].map((_, index) => of(index))
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: each((index) => ({...clusters[index % clusters.length], name: `cluster-${index}`})),
      users: each((index) => ({...users[index % users.length], name: `user-${index}`})),
      contexts: each((index) => ({
        name: `context-${index}`,
        context: {cluster: `cluster-${index}`, user: `user-${index}`},
      })),
    },
    {aliasDuplicateObjects: false},
  )
}

/** The program, in a process that may open so many files. */
function run(
  openFiles: number,
  ...words: readonly string[]
): Promise<{stdout: string; stderr: string; code: number | null}> {
  return new Promise((resolve, reject) => {
    const script = `ulimit -n ${openFiles}; exec "$0" "$@"`
    const child = spawn('sh', ['-c', script, process.execPath, bin, ...words], {
      env: {PATH: process.env.PATH ?? '', HOME: folder, KUBECONFIG: kubeconfig},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({stdout, stderr, code}))
  })
}

interface Found {
  readonly clusters: readonly {readonly problem: {readonly message: string} | null}[]
}

test('500 contexts under "ulimit -n 256" are all answered, in turns, and it is said', async () => {
  const {stdout, stderr, code} = await run(256, 'find', 'nginx', '--json')
  const {clusters} = JSON.parse(stdout) as Found
  expect(clusters.flatMap(({problem}) => (problem === null ? [] : [problem.message]))).toEqual([])
  expect(clusters).toHaveLength(many)
  expect(stderr).toContain(
    '500 contexts take turns, 32 connected at a time: this process may open few files (ulimit -n).',
  )
  expect(code).toBe(0)
}, 120_000)

test('a kubeconfig of 500 contexts is read once, and nothing of it is opened', async () => {
  const before = performance.now()
  const {contexts, connectedAtOnce} = await loadKubeconfig({
    path: kubeconfig,
    env: {},
    homeDir: folder,
    clock: systemClock,
    openFiles: 256,
  })
  const tookMs = Math.round(performance.now() - before)
  expect(contexts).toHaveLength(many)
  expect(connectedAtOnce).toBe(32)
  process.stderr.write(`A kubeconfig of ${many} contexts was read in ${tookMs} ms.\n`)
})
