import {type ChildProcess, spawn} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {image, restartedIn, runningWeb} from '../support/sandbox-fleet.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')
const script = '/usr/bin/script'
const missing =
  process.platform === 'linux' && existsSync(script) ? undefined : `there is no ${script} of util-linux here`
const eu = [{name: 'eu', workloads: runningWeb('web')}]
const question = '[y/N]'

type Clusters = Awaited<ReturnType<typeof openRealClockClusters>>

interface AtTerminal {
  readonly child: ChildProcess
  /** Resolves when the terminal has shown this. */
  shows(text: string): Promise<void>
  /** All that it has shown, and the exit code of the program. */
  readonly end: Promise<{readonly text: string; readonly exitCode: number}>
}

/** The built program on a pseudo-terminal of its own; what it ended with is in a file, as the terminal may be gone. */
function openTerminal({shell}: Clusters, ...words: readonly string[]): AtTerminal {
  const ended = join(shell.home, 'exit-code')
  const command = `trap : HUP; stty cols 100 rows 40; '${process.execPath}' '${bin}' ${words.join(' ')}; echo $? >'${ended}'`
  const child = spawn(script, ['-qefc', command, '/dev/null'], {
    env: {PATH: process.env.PATH ?? '', HOME: shell.home, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh'},
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += String(chunk)
  })
  const end = (async () => {
    await expect.poll(() => existsSync(ended) && readFileSync(ended, 'utf8'), {timeout: 12_000}).toMatch(/\d\n/)
    return {text, exitCode: Number(readFileSync(ended, 'utf8'))}
  })()
  return {
    child,
    end,
    shows: (wanted) => expect.poll(() => text.includes(wanted), {timeout: 12_000}).toBe(true),
  }
}

describe('on a real terminal', () => {
  test('what was typed before the question is no answer', async ({skip}) => {
    if (missing) skip(missing)
    await using clusters = await openRealClockClusters(eu)
    const {child, shows, end} = openTerminal(clusters, 'restart', image, '-c', 'eu')
    child.stdin?.write('y\ny\nyes\n')
    await shows(question)
    child.stdin?.write('\r')
    expect((await end).exitCode).toBe(7)
    expect(restartedIn(clusters.sandbox)).toEqual([])
  })

  test('what is typed at the question is', async ({skip}) => {
    if (missing) skip(missing)
    await using clusters = await openRealClockClusters(eu)
    const {child, shows, end} = openTerminal(clusters, 'restart', image, '-c', 'eu')
    await shows(question)
    child.stdin?.write('y\r')
    expect((await end).exitCode).toBe(0)
    expect(restartedIn(clusters.sandbox)).toEqual(['eu/shop/Deployment/web'])
  })

  test('Ctrl-C at the question: one line, 130', async ({skip}) => {
    if (missing) skip(missing)
    await using clusters = await openRealClockClusters(eu)
    const {child, shows, end} = openTerminal(clusters, 'restart', image, '-c', 'eu')
    await shows(question)
    child.stdin?.write('\u0003')
    const {text, exitCode} = await end
    expect(exitCode).toBe(130)
    expect(text.slice(text.lastIndexOf(question))).toContain('Exit 130: Cancelled. Nothing was written.')
    // Where progress was drawn before the question, the cursor is shown again at the very end.
    const shownLines = text.slice(text.lastIndexOf(question)).replaceAll('\u001b[?25h', '').trim().split('\n')
    expect(shownLines).toHaveLength(2)
  })

  test('a terminal that goes away at the question: 129, nothing is written', async ({skip}) => {
    if (missing) skip(missing)
    await using clusters = await openRealClockClusters(eu)
    const {child, shows, end} = openTerminal(clusters, 'restart', image, '-c', 'eu')
    await shows(question)
    child.kill('SIGKILL')
    expect((await end).exitCode).toBe(129)
    expect(restartedIn(clusters.sandbox)).toEqual([])
  })

  test('with --targets -, the question is asked on the terminal while stdin is a file', async ({skip}) => {
    if (missing) skip(missing)
    await using clusters = await openRealClockClusters(eu)
    const {child, shows, end} = openTerminal(clusters, ...(await targetsOnStdin(clusters)))
    await shows(question)
    child.stdin?.write('y\r')
    expect((await end).exitCode).toBe(0)
    expect(restartedIn(clusters.sandbox)).toEqual(['eu/shop/Deployment/web'])
  })

  test('with --targets -, Ctrl-C at the question: 130', async ({skip}) => {
    if (missing) skip(missing)
    await using clusters = await openRealClockClusters(eu)
    const {child, shows, end} = openTerminal(clusters, ...(await targetsOnStdin(clusters)))
    await shows(question)
    child.stdin?.write('\u0003')
    expect((await end).exitCode).toBe(130)
    expect(restartedIn(clusters.sandbox)).toEqual([])
  })
})

/** The words of a restart that takes its targets from stdin. */
async function targetsOnStdin({shell}: Clusters): Promise<readonly string[]> {
  const path = join(shell.home, 'targets.json')
  writeFileSync(path, (await shell.run('find', image, '-o', 'json')).stdout)
  return ['restart', image, '--targets', '-', '<', path]
}
