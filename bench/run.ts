// Measures, on this machine, how long start-up, a search and a restart take. Prints medians, without a verdict.
// `npm run bench` builds first. Needs no cluster: everything runs against the sandbox, over real sockets.
import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ClusterSpec} from '../src/sandbox/spec.ts'
import {startSandbox} from '../src/sandbox/start-sandbox.ts'
import {systemClock} from '../src/shared/clock.ts'

const rounds = 5
const program = join(import.meta.dirname, '..', 'bin', 'run.js')
const home = mkdtempSync(join(tmpdir(), 'hubspoke-bench-'))
const kubeconfig = join(home, 'kubeconfig')

/** Runs the program once; the wall time of the whole process in milliseconds, and its exit code. */
function once(words: readonly string[]): Promise<{ms: number; exitCode: number | null}> {
  return new Promise((resolve, reject) => {
    const from = performance.now()
    const env = {PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: kubeconfig}
    const child = spawn(process.execPath, [program, ...words], {env, stdio: 'ignore'})
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ms: performance.now() - from, exitCode}))
  })
}

async function measure(what: string, words: readonly string[]): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const {ms, exitCode} = await once(words)
    if (exitCode !== 0) throw new Error(`hubspoke ${words.join(' ')} ended with ${exitCode}`)
    times.push(ms)
  }
  const sorted = times.sort((a, b) => a - b).map((ms) => `${Math.round(ms)}`.padStart(6))
  console.log(`${what.padEnd(52)} ${sorted[0]} ${sorted[Math.floor(rounds / 2)]} ${sorted[rounds - 1]}`)
}

/** `onImage` of the deployments run the image. */
function cluster(name: string, deployments: number, onImage: number): ClusterSpec {
  const workloads = Array.from({length: deployments}, (_, index) => ({
    namespace: `team-${index % 20}`,
    name: `app-${index}`,
    image: index < onImage ? 'ghcr.io/acme/web:1.0' : `ghcr.io/acme/other-${index}:1.0`,
    replicas: 1,
  }))
  return {name, workloads, namespaces: ['hubspoke-system'], rolloutStepMs: 50}
}

const clusters = ['a', 'b', 'c', 'd'].map((name) => cluster(name, 250, 25))
const sandbox = await startSandbox({clusters}, {clock: systemClock})
try {
  writeFileSync(kubeconfig, sandbox.kubeconfig, {mode: 0o600})
  console.log(`${'milliseconds of the whole process'.padEnd(52)}    min median    max`)
  await measure('--version', ['--version'])
  await measure('restart --help', ['restart', '--help'])
  await measure('find, 4 clusters with 250 workloads each, scanned', ['find', 'ghcr.io/acme/web'])
  await once(['cache', 'refresh', '--all-contexts'])
  await measure('find --fresh cache, the same', ['find', 'ghcr.io/acme/web', '--fresh', 'cache'])
  await measure('restart of 100 targets in 4 clusters, watched', [
    'restart',
    'ghcr.io/acme/web',
    '--all-contexts',
    '-y',
  ])
  const connections = sandbox.clusters.reduce((sum, one) => sum + one.connections(), 0)
  const requests = sandbox.clusters.reduce((sum, one) => sum + one.requests().length, 0)
  console.log(
    `connections ${connections}, requests ${requests} over ${3 * rounds + 1} invocations in ${clusters.length} clusters`,
  )
} finally {
  await sandbox.close()
  rmSync(home, {recursive: true, force: true})
}
