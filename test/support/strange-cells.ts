import type {WorkloadKind} from '../../src/model/workload.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {type Matched, openGateway} from './gateway.ts'
import {type Ended, openShell} from './run-command.ts'
import {restartedIn, runningWeb} from './sandbox-fleet.ts'
import {strangeAnswers} from './strange-answers.ts'
import {createVirtualClock} from './virtual-clock.ts'

/** One request that a command makes, and how the command ends when it gets strange answers only. */
export interface Row {
  readonly request: string
  readonly matched: Matched
  readonly words: readonly string[]
  /** The exit code. */
  readonly ends: number
  /** Columns that lack nothing that this request is made for. */
  readonly enough?: readonly string[]
  /** Only a few columns: the request decides nothing. */
  readonly sample?: boolean
  /** The server carries the request out, and only its answer is lost. */
  readonly carriedOut?: boolean
  /** Only the first so many answers are strange. */
  readonly times?: number
  /** The image cache was saved before. */
  readonly cached?: boolean
  /** A command that ran undisturbed before. */
  readonly before?: readonly string[]
  readonly trouble?: readonly Trouble[]
  /** Default: a Deployment. */
  readonly kind?: WorkloadKind
  /** Namespaces beside that of the workload; default: that of the cache and the lock. */
  readonly namespaces?: readonly string[]
}

export interface CellEnd {
  readonly ended: Ended
  /** How many answers were strange. */
  readonly met: number
  /** Workloads that bear a stamp. */
  readonly restarted: number
  /** How often the workload was written. */
  readonly writes: number
  /** How often its spec was changed. */
  readonly changes: number
}

const samples = [
  '404 page',
  '404 Status of another object',
  '409 Status of another object',
  '200 page',
  '200 {}',
  '200 of another kind',
  '200 cut in two',
]

/** The columns of a row; of a write that does not arrive there is no answer of the server to change. */
export function columnsOf({sample, matched, carriedOut, words}: Row): readonly string[] {
  const isSent = matched.method === 'GET' || carriedOut || words.includes('server')
  return (sample ? samples : Object.keys(strangeAnswers)).filter(
    (column) => isSent || typeof strangeAnswers[column]?.body === 'string',
  )
}

/** One cell: a cluster of its own, with one workload of the image, behind a gateway. */
export async function runCell(row: Row, column: string): Promise<CellEnd> {
  const {
    matched,
    words,
    carriedOut = false,
    times,
    cached,
    before,
    trouble = [],
    namespaces = ['hubspoke-system'],
    kind = 'Deployment',
  } = row
  const answer = strangeAnswers[column]
  if (answer === undefined) throw new RangeError(`no column "${column}"`)
  const clock = createVirtualClock({autoAdvance: true, start: new Date('2026-11-24T20:00:00Z')})
  const cluster = {name: 'eu', namespaces, workloads: runningWeb('web').map((one) => ({...one, kind})), trouble}
  const sandbox = await startSandbox({clusters: [cluster]}, {clock, random: () => 0.5})
  try {
    await using gateway = await openGateway(sandbox.kubeconfig)
    await using shell = await openShell({kubeconfig: gateway.kubeconfig, clock})
    if (cached) await shell.run('cache', 'refresh', '--all-contexts', '--yes')
    if (before) await shell.run(...before)
    const web = () => sandbox.cluster('eu').object(kind, 'shop', 'web')?.metadata.generation ?? 0
    const writesOf = () => sandbox.cluster('eu').requests().filter(isWrite).length
    const was = {writes: writesOf(), generation: web()}
    gateway.answer(matched, answer, {carriedOut, ...(times !== undefined && {times})})
    const ended = await shell.run(...words)
    const [writes, changes] = [writesOf() - was.writes, web() - was.generation]
    return {ended, met: gateway.met, restarted: restartedIn(sandbox).length, writes, changes}
  } finally {
    await sandbox.close()
  }
}

function isWrite({method, path}: {readonly method: string; readonly path: string}): boolean {
  const isScaled = method === 'PUT' && path.includes('/scale?')
  return (method === 'PATCH' || isScaled) && !path.includes('dryRun')
}
