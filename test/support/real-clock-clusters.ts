import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Sandbox} from '../../src/sandbox/sandbox.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openProcessShell, type ProcessShell} from './spawn-command.ts'

/** Simulated clusters on the real clock, and a shell whose ~/.kube/config leads to them: for the program as a process. */
export interface RealClockClusters extends AsyncDisposable {
  readonly sandbox: Sandbox
  readonly shell: ProcessShell
}

export async function openRealClockClusters(clusters: readonly ClusterSpec[]): Promise<RealClockClusters> {
  const sandbox = await startSandbox({clusters}, {clock: systemClock})
  const shell = openProcessShell({})
  mkdirSync(join(shell.home, '.kube'))
  writeFileSync(join(shell.home, '.kube', 'config'), sandbox.kubeconfig)
  return {
    sandbox,
    shell,
    async [Symbol.asyncDispose]() {
      shell[Symbol.dispose]()
      await sandbox.close()
    },
  }
}
