import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {StopSignal} from '../../src/model/exit-code.ts'
import type {ListenReport} from '../../src/model/listen-report.ts'
import type {Ended, Shell} from './run-command.ts'
import type {Fleet} from './sandbox-fleet.ts'

/** The rules of most stories: whatever is pushed to the repository of `runningWeb` is restarted everywhere. */
export const restartWeb = `
sources:
  - {name: ci, type: native, secretEnv: CI_SECRET}
rules:
  - {name: web, image: ghcr.io/acme/web, do: restart, contexts: ['*'], coalesce: 0s}
`

export const digestOf = (content: string) =>
  `sha256:${Buffer.from(content).toString('hex').padEnd(64, '0').slice(0, 64)}`

export interface Listening {
  readonly url: string
  /** Posts as the `native` source does; the answer as `STATUS TEXT`. */
  push(image: string, more?: Posting): Promise<string>
  /** Resolves when this was printed so often. */
  says(text: string, times?: number): Promise<void>
  get(path: string): Promise<string>
  signal(signal: StopSignal): void
}

interface Posting {
  readonly secret?: string
  readonly hook?: string
  readonly id?: string
}

export interface ListenStory {
  readonly rules?: string
  readonly words?: readonly string[]
  /** The journal of an earlier listener; default: the one of the shell. */
  readonly shell?: Shell
  readonly signal?: StopSignal
}

/** The options of a shell in which listeners run: the secret of the source `ci` is in the environment. */
export const withSecret = {env: {CI_SECRET: 's3cret-of-the-pipeline'}}

/** Listens for as long as the story lasts, which ends with a signal. */
export async function whileListening(
  fleet: Fleet,
  story: (listening: Listening) => Promise<void>,
  {rules = restartWeb, words = [], shell = fleet.shell, signal = 'SIGTERM'}: ListenStory = {},
): Promise<Ended & {report(): ListenReport}> {
  const rulesPath = join(shell.home, 'rules.yaml')
  await mkdir(shell.home, {recursive: true})
  await writeFile(rulesPath, rules)
  const before = shell.everythingPrinted().length
  const printed = () => shell.everythingPrinted().slice(before)
  const ended = shell.run('listen', '--rules', rulesPath, '--address', '127.0.0.1:0', '-o', 'json', ...words)
  const isOver = ended.then(() => true)
  const until = async (what: string, holds: () => boolean) => {
    while (!holds()) {
      if (await Promise.race([isOver, new Promise<false>((resolve) => setImmediate(resolve, false))])) {
        if (holds()) return
        throw new Error(`listen has ended before it said ${JSON.stringify(what)}:\n${printed()}`)
      }
    }
  }
  await until('ready', () => printed().includes('ready: events are accepted'))
  const url = /listening on (http:\S+\d): /.exec(printed())?.[1] ?? ''
  const listening: Listening = {
    url,
    async push(image, {secret = withSecret.env.CI_SECRET, hook = 'ci', ...more} = {}) {
      const response = await fetch(`${url}/hooks/${hook}`, {
        method: 'POST',
        body: JSON.stringify({image, ...more}),
        headers: {authorization: `Bearer ${secret}`},
      })
      return `${response.status} ${(await response.text()).trim()}`
    },
    says: (text, times = 1) => until(text, () => printed().split(text).length > times),
    async get(path) {
      const response = await fetch(`${url}${path}`)
      return `${response.status} ${(await response.text()).trim()}`
    },
    signal: (given) => shell.signal(given),
  }
  try {
    await story(listening)
  } finally {
    shell.signal(signal)
    await ended
  }
  const whole = await ended
  return {...whole, report: () => whole.document() as ListenReport}
}
