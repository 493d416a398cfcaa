import {dirname, join, resolve} from 'node:path'
import {ledgerDirectory} from '../ledger/ledger-directory.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Sandbox} from '../sandbox/sandbox.ts'
import type {Happening} from '../sandbox/scenario/play-scenario.ts'
import type {Scenario} from '../sandbox/scenario/scenario.ts'
import {shellWord} from '../shared/shell-word.ts'
import {createPrivateFile} from './create-private-file.ts'
import type {Runtime} from './process/runtime.ts'
import {happeningLine} from './scenario/happening-line.ts'

export interface SandboxRequest {
  /** Default: the clusters of the demonstration. */
  readonly scenario?: Scenario | undefined
  /** Where the kubeconfig is written; default: beside the ledgers. */
  readonly kubeconfigPath?: string | undefined
}

/**
 * Starts the simulated clusters, writes their kubeconfig and lets the scenario happen; closes them when `use` is done.
 *
 * @throws HubspokeError of class `usage` where the clusters refuse an object of the scenario
 */
export async function withSandbox<Result>(
  runtime: Pick<Runtime, 'clock' | 'random' | 'env' | 'homeDir' | 'stderr'>,
  {scenario, kubeconfigPath}: SandboxRequest,
  use: (sandbox: Sandbox, kubeconfig: string) => Promise<Result>,
): Promise<Result> {
  const end = new AbortController()
  const sandbox = await startScenario(scenario ?? (await demonstration()), runtime, end.signal)
  try {
    const file = await createPrivateFile(kubeconfigPath ?? defaultPaths(runtime), sandbox.kubeconfig)
    try {
      return await use(sandbox, file.path)
    } finally {
      // It leads nowhere any more.
      const left = await file.remove()
      if (left) runtime.stderr.write(`${file.path} was changed in the meantime and is left where it is.\n`)
    }
  } finally {
    end.abort()
    await sandbox.close()
  }
}

async function demonstration(): Promise<Scenario> {
  const {demoScenario} = await import('../sandbox/scenario.ts')
  return {...demoScenario(), troubles: [], changes: [], expect: []}
}

async function startScenario(
  scenario: Scenario,
  runtime: Pick<Runtime, 'clock' | 'random' | 'stderr'>,
  signal: AbortSignal,
): Promise<Sandbox> {
  const [{startSandbox}, {playScenario}, {ApiError}] = await Promise.all([
    import('../sandbox/start-sandbox.ts'),
    import('../sandbox/scenario/play-scenario.ts'),
    import('../sandbox/status.ts'),
  ])
  const tell = (happening: Happening) => runtime.stderr.write(`${happeningLine(happening)}\n`)
  let sandbox: Sandbox | undefined
  try {
    sandbox = await startSandbox(scenario, runtime)
    await playScenario(sandbox, scenario, {clock: runtime.clock, signal, tell})
    return sandbox
  } catch (error) {
    await sandbox?.close()
    if (error instanceof ApiError) throw new HubspokeError('usage', `The scenario cannot be started: ${error.message}`)
    throw error
  }
}

/** What makes a shell use a kubeconfig, whatever its folder is. */
export function exportCommand(kubeconfig: string): string {
  return `export KUBECONFIG=${shellWord(resolve(kubeconfig))}`
}

/** Beside the ledgers, in the user's own folders: another one for each sandbox that is up. */
function* defaultPaths(runtime: Pick<Runtime, 'env' | 'homeDir'>): Generator<string> {
  const folder = dirname(ledgerDirectory(runtime))
  yield join(folder, 'sandbox.kubeconfig')
  for (let next = 2; next <= 99; next++) yield join(folder, `sandbox-${next}.kubeconfig`)
}
