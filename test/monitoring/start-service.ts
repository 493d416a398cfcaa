import {spawn} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {freePort} from '../support/free-port.ts'

/** A program that serves HTTP on the loopback interface. */
export interface Service extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** The body of a GET that was answered with 200. */
  get(path: string): Promise<string>
}

/** Starts it, and resolves when `readyPath` is answered with 200. */
export async function startService(
  program: string,
  args: readonly string[],
  {readyPath}: {readonly readyPath: string},
): Promise<Service> {
  const address = `127.0.0.1:${await freePort()}`
  const url = `http://${address}`
  const child = spawn(program, [...args, `--web.listen-address=${address}`], {stdio: ['ignore', 'ignore', 'pipe']})
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-2_000)
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const isReady = async () => child.exitCode !== null || (await fetch(`${url}${readyPath}`).catch(() => undefined))?.ok
  await eventually(`${program} is ready`, isReady)
  if (child.exitCode !== null) throw new Error(`${program} ended:\n${log}`)
  return {
    url,
    async get(path) {
      const answer = await fetch(`${url}${path}`)
      const body = await answer.text()
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${body}`)
      return body
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** Resolves when the condition is met; rejects when it is not after twenty seconds. */
export async function eventually(what: string, isMet: () => Promise<boolean | undefined>): Promise<void> {
  for (const until = performance.now() + 20_000; performance.now() < until; ) {
    if (await isMet()) return
    await sleep(50)
  }
  throw new Error(`not within 20 seconds: ${what}`)
}
