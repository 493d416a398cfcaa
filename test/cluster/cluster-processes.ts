import {spawn} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {connect, createServer} from 'node:net'
import {join} from 'node:path'

/** Where kwokctl keeps what belongs to a cluster; `home` is its `HOME`. */
export function stateFolder(home: string, name: string): string {
  return join(home, '.kwok', 'clusters', name)
}

/**
 * Ends processes of a cluster at once, as a power cut does, or asks them to end. Their pid files go too: without a process that reaps orphans, kwokctl
 * takes a dead process for a running one.
 */
export function killComponents(state: string, only?: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
  const pids = join(state, 'pids')
  for (const file of existsSync(pids) ? readdirSync(pids) : []) {
    if (only && file !== `${only}.pid`) continue
    try {
      process.kill(Number(readFileSync(join(pids, file), 'utf8')), signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    rmSync(join(pids, file))
  }
}

/**
 * Runs kwokctl; a rejection carries what it said. It goes by the name of its `HOME`, so that the guard of that folder knows
 * it for one of its own.
 */
export function runKwokctl(kwokctl: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const argv0 = join(env.HOME ?? '', 'kwokctl')
    const child = spawn(kwokctl, args, {env, argv0, timeout: 120_000, stdio: ['ignore', 'ignore', 'pipe']})
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000)
    })
    child.once('error', reject)
    // Not "close": the servers that it starts hold its streams.
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`kwokctl ended with ${code}: ${said}`))))
  })
}

/** The last lines that each part of a cluster logged, for the message of an error. */
export function logTail(state: string): string {
  const logs = join(state, 'logs')
  const tails = (existsSync(logs) ? readdirSync(logs) : []).map((file) => {
    const lines = readFileSync(join(logs, file), 'utf8').trim().split('\n').slice(-3)
    return [`${file}:`, ...lines.map((line) => `  ${line.slice(0, 300)}`)].join('\n')
  })
  return tails.join('\n')
}

/**
 * Ports on the loopback interface that are free, from below the range that outgoing connections are given: a server that
 * is stopped for a while finds its port free when it comes back.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held = []
  while (held.length < count) {
    const server = createServer()
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (isFree) held.push({server, port})
  }
  await Promise.all(held.map(({server}) => new Promise((resolve) => server.close(resolve))))
  return held.map(({port}) => port)
}

/** Whether a port of the loopback interface is free. A process that was killed holds its port a little longer. */
export function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
}
