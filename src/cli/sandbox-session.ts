import {mkdir, rm, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {ledgerDirectory} from '../ledger/ledger-directory.ts'
import type {Sandbox} from '../sandbox/sandbox.ts'
import type {Runtime} from './process/runtime.ts'

/** Where the kubeconfig of the sandbox is written unless told otherwise: beside the ledgers, in the user's own folders. */
export function sandboxKubeconfig(runtime: Pick<Runtime, 'env' | 'homeDir'>): string {
  return join(dirname(ledgerDirectory(runtime)), 'sandbox.kubeconfig')
}

/** Starts the simulated clusters of the demonstration and writes their kubeconfig; closes them when `use` is done. */
export async function withSandbox<Result>(
  {clock, random}: Pick<Runtime, 'clock' | 'random'>,
  kubeconfigPath: string,
  use: (sandbox: Sandbox) => Promise<Result>,
): Promise<Result> {
  const [{startSandbox}, {demoScenario}] = await Promise.all([
    import('../sandbox/start-sandbox.ts'),
    import('../sandbox/scenario.ts'),
  ])
  const sandbox = await startSandbox(demoScenario(), {clock, random})
  try {
    await mkdir(dirname(kubeconfigPath), {recursive: true, mode: 0o700})
    await writeFile(kubeconfigPath, sandbox.kubeconfig, {mode: 0o600})
    return await use(sandbox)
  } finally {
    await sandbox.close()
    // It leads nowhere any more.
    await rm(kubeconfigPath, {force: true})
  }
}
