import {type ChildProcessByStdio, spawn} from 'node:child_process'
import type {Readable} from 'node:stream'
import {HubspokeError} from '../../../model/failure.ts'
import type {Clock} from '../../../shared/clock.ts'
import {codeOf} from '../../../shared/file-error.ts'
import {quoted} from '../../../shared/problem.ts'
import type {CommandEnd, CommandOrder} from '../../../verbs/foreach/commands.ts'
import type {ProcessGroups} from './process-groups.ts'

export interface ProcessRun extends Pick<CommandOrder, 'words' | 'timeoutMs'> {
  readonly env: NodeJS.ProcessEnv
  /** Each is awaited before more is read of that stream. */
  onStdout(chunk: Buffer): Promise<void>
  onStderr(chunk: Buffer): Promise<void>
}

export interface ProcessRunDeps {
  readonly clock: Pick<Clock, 'sleep'>
  readonly groups: ProcessGroups
  /** Aborted: the run is stopping. */
  readonly stop: AbortSignal
  /** Aborted: the run is aborted at once. */
  readonly abort: AbortSignal
}

/** After SIGTERM, in milliseconds; then SIGKILL. */
export const graceMs = 10_000

/** How long processes that it has left behind may keep its output open after its end, in milliseconds. */
const afterExitMs = 2_000

type Child = ChildProcessByStdio<null, Readable, Readable>

/**
 * Runs a program in a process group of its own, without input, until it has ended and its output was read. At a stop, or when
 * its time is over, the whole group gets SIGTERM, and SIGKILL if the program has not ended 10 s later.
 *
 * @throws HubspokeError of class `command-failed` when it cannot be started
 */
export async function runProcess(run: ProcessRun, {clock, groups, stop, abort}: ProcessRunDeps): Promise<CommandEnd> {
  const {child, pid, exit} = await start(run)
  groups.add(pid)
  const exited = new AbortController()
  let ending: 'timeout' | 'stopped' | undefined
  const endFor = async (why: typeof ending): Promise<void> => {
    if (ending !== undefined || exited.signal.aborted) return
    ending = why
    groups.signal(pid, 'SIGTERM')
    await clock.sleep(graceMs, exited.signal)
    if (!exited.signal.aborted) groups.signal(pid, 'SIGKILL')
  }
  const release = [
    onAbort(stop, () => void endFor('stopped')),
    onAbort(abort, () => {
      ending ??= 'stopped'
      groups.signal(pid, 'SIGKILL')
    }),
  ]
  if (run.timeoutMs !== undefined) void clock.sleep(run.timeoutMs, exited.signal).then(() => endFor('timeout'))
  const read = Promise.all([readAll(child.stdout, run.onStdout), readAll(child.stderr, run.onStderr)])
  const {status, signal} = await exit
  exited.abort()
  for (const stopListening of release) stopListening()
  if (ending !== undefined) groups.signal(pid, 'SIGKILL') // what the program has not ended itself
  await readToEnd(child, read, () => groups.signal(pid, 'SIGKILL'), clock)
  groups.remove(pid)
  if (ending !== undefined) return {type: ending}
  return signal === null ? {type: 'exited', status: status ?? 0} : {type: 'killed', signal}
}

interface Started {
  readonly child: Child
  readonly pid: number
  readonly exit: Promise<{readonly status: number | null; readonly signal: string | null}>
}

async function start({words: [program, ...args], env}: ProcessRun): Promise<Started> {
  try {
    const child = spawn(program, args, {env, stdio: ['ignore', 'pipe', 'pipe'], detached: true})
    const exit = new Promise<Awaited<Started['exit']>>((resolve) => {
      child.once('exit', (status, signal) => resolve({status, signal}))
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.on('error', () => undefined)
    if (child.pid === undefined) throw new Error('it has no process id')
    return {child, pid: child.pid, exit}
  } catch (error) {
    const why = codeOf(error) ?? 'its arguments or its environment are not possible'
    const message = `The command ${quoted(program)} could not be started: ${why}.`
    throw new HubspokeError('command-failed', message, {observed: true})
  }
}

/** The rest of the output. What is left of the group would keep it open: it is ended then. */
async function readToEnd(
  {stdout, stderr}: Child,
  read: Promise<unknown>,
  endGroup: () => void,
  clock: ProcessRunDeps['clock'],
): Promise<void> {
  const done = new AbortController()
  void read.then(() => done.abort())
  await clock.sleep(afterExitMs, done.signal)
  if (!done.signal.aborted) {
    endGroup()
    stdout.destroy()
    stderr.destroy()
  }
  await read
}

async function readAll(stream: Readable, take: (chunk: Buffer) => Promise<void>): Promise<void> {
  try {
    for await (const chunk of stream) await take(chunk)
  } catch (error) {
    // It was closed before its end.
    if (codeOf(error) === undefined) throw error
  }
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener()
  signal.addEventListener('abort', listener, {once: true})
  return () => signal.removeEventListener('abort', listener)
}
