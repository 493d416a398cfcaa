import {type ChildProcess, spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')

export interface ProcessEnd {
  readonly stdout: string
  readonly stderr: string
  /** As a shell shows it; undefined when a signal ended the process. */
  readonly exitCode: number | undefined
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly end: Promise<ProcessEnd>
  /** Resolves when stderr contains this; rejects if the process ends first. */
  says(text: string | RegExp): Promise<void>
}

/** Options of one start of the program. */
export interface Circumstances {
  /** Another Node.js than the one that runs the tests. */
  readonly node?: string
  /** Modules that are loaded before the program: URLs. */
  readonly imports?: readonly string[]
  /** What stdin holds; else it is closed. */
  readonly stdin?: string
  /** A file descriptor that stdout goes to; else it is collected. */
  readonly stdout?: number
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A shell with a home folder of its own, in which the built program runs as a process: no terminal, pipes for output. */
export interface ProcessShell extends Disposable {
  readonly home: string
  start(...words: readonly string[]): RunningCommand
  run(...words: readonly string[]): Promise<ProcessEnd>
  /** The same with these options. */
  startUnder(circumstances: Circumstances, ...words: readonly string[]): RunningCommand
  runUnder(circumstances: Circumstances, ...words: readonly string[]): Promise<ProcessEnd>
  /** All that was printed so far by any command, to search it for text that must not be there. */
  everythingPrinted(): string
}

export function openProcessShell(env: Readonly<Record<string, string>>): ProcessShell {
  const home = mkdtempSync(join(tmpdir(), 'hubspoke-home-'))
  const printed: string[] = []
  const startUnder = (circumstances: Circumstances, ...words: readonly string[]): RunningCommand => {
    const {node = process.execPath, imports = [], stdin, stdout = 'pipe'} = circumstances
    const child = spawn(node, [...imports.flatMap((url) => ['--import', url]), bin, ...words], {
      env: {PATH: process.env.PATH ?? '', HOME: home, ...env, ...circumstances.env},
      stdio: [stdin === undefined ? 'ignore' : 'pipe', stdout, 'pipe'],
    })
    child.stdin?.end(stdin)
    const collected = {stdout: '', stderr: ''}
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        collected[name] += text
        printed.push(text)
      })
    }
    const end = new Promise<ProcessEnd>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({...collected, exitCode: code ?? undefined}))
    })
    return {
      child,
      end,
      says: (text) =>
        new Promise((resolve, reject) => {
          const look = () => {
            if (typeof text === 'string' ? collected.stderr.includes(text) : text.test(collected.stderr)) resolve()
          }
          child.stderr?.on('data', look)
          void end.then(({stdout, stderr}) => reject(new Error(`ended without saying ${text}:\n${stderr}${stdout}`)))
          look()
        }),
    }
  }
  return {
    home,
    startUnder,
    runUnder: (circumstances, ...words) => startUnder(circumstances, ...words).end,
    start: (...words) => startUnder({}, ...words),
    run: (...words) => startUnder({}, ...words).end,
    everythingPrinted: () => printed.join(''),
    [Symbol.dispose]: () => rmSync(home, {recursive: true, force: true}),
  }
}
