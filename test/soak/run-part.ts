import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {ensureControlPlane} from '../cluster/control-plane/build-control-plane.ts'
import type {SoakPart} from './parts.ts'
import type {PartEnd} from './run-soak.ts'

const root = join(import.meta.dirname, '..', '..')

/** Runs the tests of a part in a vitest of their own, whose output goes to stderr. */
export async function runPart(part: SoakPart, signal: AbortSignal): Promise<PartEnd> {
  const env = {...process.env, ...part.env, ...chosenByCaller()}
  const print = (line: string): void => void process.stderr.write(`${line}\n`)
  const {missing} = await ensureControlPlane({env, print})
  if (missing !== undefined) return {passed: false, figures: `no control plane: ${missing}`}
  const folder = mkdtempSync(join(tmpdir(), 'hubspoke-soak-'))
  try {
    const results = join(folder, 'results.json')
    const {code, output} = await runVitest(part, {results, env, signal})
    const tests = readCounts(results)
    const figures = [...output.matchAll(/^figures: (.+)$/gm)].map(([, text]) => text)
    const passed = code === 0 && tests.passed > 0 && tests.failed === 0
    return {passed, figures: figures.join('; ') || `${tests.passed} tests passed, ${tests.failed} failed`}
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

function chosenByCaller(): Record<string, string> {
  const names = ['HUBSPOKE_SOAK_ROUNDS', 'HUBSPOKE_CHAOS_SEEDS', 'HUBSPOKE_KILLS', 'HUBSPOKE_SEED']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

interface VitestOptions {
  readonly results: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

function runVitest(part: SoakPart, {results, env, signal}: VitestOptions): Promise<{code: number; output: string}> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  const only = part.tests === undefined ? [] : ['-t', part.tests]
  const words = [vitest, 'run', '--project', 'cluster', ...reporters, ...only, ...part.files]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {cwd: root, env, stdio: ['ignore', 'pipe', 'inherit']})
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      process.stderr.write(text)
    })
    const stop = (): void => void child.kill('SIGINT')
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, {once: true})
    child.once('error', reject)
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop)
      resolve({code: code ?? 1, output})
    })
  })
}

/** How many tests passed and failed; none where vitest did not come so far. */
function readCounts(path: string): {readonly passed: number; readonly failed: number} {
  try {
    const {numPassedTests, numFailedTests} = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    return {passed: Number(numPassedTests), failed: Number(numFailedTests)}
  } catch {
    return {passed: 0, failed: 0}
  }
}
