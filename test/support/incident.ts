import {join} from 'node:path'
import {openScenario} from '../../src/cli/scenario/open-scenario.ts'
import type {Sandbox} from '../../src/sandbox/sandbox.ts'
import {playScenario} from '../../src/sandbox/scenario/play-scenario.ts'
import type {Scenario} from '../../src/sandbox/scenario/scenario.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {openShell, type Shell} from './run-command.ts'
import {createVirtualClock, type VirtualClock} from './virtual-clock.ts'

/** An incident that ships with hubspoke, as it happens, and a shell with its kubeconfig. */
export interface Incident extends AsyncDisposable {
  readonly scenario: Scenario
  readonly sandbox: Sandbox
  readonly shell: Shell
  readonly clock: VirtualClock
}

export const incidentPages = join(import.meta.dirname, '..', '..', 'docs', 'incidents')

export async function openIncident(name: string): Promise<Incident> {
  const clock = createVirtualClock({autoAdvance: true, start: new Date('2026-11-24T03:00:00Z')})
  const scenario = await openScenario(name, {clock})
  const sandbox = await startSandbox(scenario, {clock, random: () => 0.5})
  const end = new AbortController()
  const {patient} = clock
  // What happens much later must not come at once, when a command has nothing to wait for.
  const sleep: VirtualClock['sleep'] = (ms, signal) => (ms > 60_000 ? patient : clock).sleep(ms, signal)
  await playScenario(sandbox, scenario, {clock: {...patient, sleep}, signal: end.signal})
  const shell = await openShell({kubeconfig: sandbox.kubeconfig, clock})
  return {
    scenario,
    sandbox,
    shell,
    clock,
    async [Symbol.asyncDispose]() {
      end.abort()
      await shell[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

/** One step of a page: a command as printed and what it prints, or a time that passes. */
export type PageStep = CommandStep | {readonly type: 'wait'; readonly ms: number}

export interface CommandStep {
  readonly type: 'command'
  readonly program: string
  readonly words: readonly string[]
  /** Lines that its output has. */
  readonly says: readonly string[]
  /** Undefined: the page does not say it. */
  readonly exitCode: number | undefined
}

const unitMs: Readonly<Record<string, number>> = {second: 1_000, minute: 60_000, hour: 3_600_000}

/** The steps of the `console` blocks of a page, in their order. */
export function stepsOf(page: string): readonly PageStep[] {
  const blocks = [...page.matchAll(/^ *```console\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block)
  return blocks.flatMap((block) => {
    const parts = block.split(/^ *(?=\$ |# )/m).filter((part) => part.trim() !== '')
    return parts.map(toStep)
  })
}

function toStep(part: string): PageStep {
  const [, count, unit = ''] = /^# (\d+) (second|minute|hour)s? later\s*$/.exec(part) ?? []
  if (count !== undefined) return {type: 'wait', ms: Number(count) * (unitMs[unit] ?? 0)}
  const [first = '', ...rest] = part.split('\n').map((line) => line.trim())
  if (!first.startsWith('$ ')) throw new Error(`not a step of a page: ${part}`)
  const [program = '', ...words] = shellWords(first.slice(2))
  const code = rest.map((line) => /^exit code: (\d+)$/.exec(line)?.[1]).find((found) => found !== undefined)
  const says = rest.filter((line) => line !== '' && line !== '…' && !line.startsWith('exit code: '))
  return {type: 'command', program, words, says, exitCode: code === undefined ? undefined : Number(code)}
}

/** Words as a shell splits them; only quotes are known. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  )
}

/** Text as a reader compares it: lines that were broken and columns that were padded do not count. */
export function flowing(text: string): string {
  return text.replace(/\s+/g, ' ')
}
