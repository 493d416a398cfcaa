import {dirname, join} from 'node:path'
import {ledgerDirectory} from '../ledger/ledger-directory.ts'
import type {Sandbox} from '../sandbox/sandbox.ts'
import {shellWord} from '../shared/shell-word.ts'
import {createPrivateFile} from './create-private-file.ts'
import type {Runtime} from './process/runtime.ts'

/** Starts the simulated clusters of the demonstration and writes their kubeconfig; closes them when `use` is done. */
export async function withSandbox<Result>(
  runtime: Pick<Runtime, 'clock' | 'random' | 'env' | 'homeDir' | 'stderr'>,
  kubeconfigPath: string | undefined,
  use: (sandbox: Sandbox, kubeconfig: string) => Promise<Result>,
): Promise<Result> {
  const [{startSandbox}, {demoScenario}] = await Promise.all([
    import('../sandbox/start-sandbox.ts'),
    import('../sandbox/scenario.ts'),
  ])
  const sandbox = await startSandbox(demoScenario(), runtime)
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
    await sandbox.close()
  }
}

/** What makes a shell use a kubeconfig. */
export function exportCommand(kubeconfig: string): string {
  return `export KUBECONFIG=${shellWord(kubeconfig)}`
}

/** Beside the ledgers, in the user's own folders: another one for each sandbox that is up. */
function* defaultPaths(runtime: Pick<Runtime, 'env' | 'homeDir'>): Generator<string> {
  const folder = dirname(ledgerDirectory(runtime))
  yield join(folder, 'sandbox.kubeconfig')
  for (let next = 2; next <= 99; next++) yield join(folder, `sandbox-${next}.kubeconfig`)
}
