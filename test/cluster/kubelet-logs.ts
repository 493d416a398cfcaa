import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {stringify} from 'yaml'
import {runFolder} from './run-folder.ts'

/** Stages after which every kubelet answers these lines as the log of every container, of the one before it too. */
export function kubeletLogs(lines: readonly string[]): string {
  const logsFile = join(runFolder(), 'container.log')
  writeFileSync(logsFile, lines.map((line) => `2026-11-24T10:00:00.000000000Z stdout F ${line}\n`).join(''))
  return stringify({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: {name: 'every-container'},
    spec: {logs: [{logsFile, previousLogsFile: logsFile}]},
  })
}
