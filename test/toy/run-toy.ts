// A run of the toy verb as a process: `node run-toy.ts CABINET OPTIONS`. Its report is on stdout.

import {processRuntime} from '../../src/cli/process/runtime.ts'
import {withSession} from '../../src/cli/process/session.ts'
import {runIdentity} from '../../src/cli/run/run-identity.ts'
import {runSettings, type WriteFlags} from '../../src/cli/run/run-settings.ts'
import {type RunEnv, startRun} from '../../src/cli/run/start-run.ts'
import {distributeInProcesses} from './distribute-in-processes.ts'
import {filesIn, stampFiles} from './stamp-files.ts'

const [cabinet = '', options = '{}'] = process.argv.slice(2)
const {text = 'PAID', processes, ...changes} = JSON.parse(options)
const flags: WriteFlags = {
  ...{concurrency: 50, 'concurrency-per-cluster': 10, retries: 3, backoff: 1, 'backoff-factor': 1, 'backoff-max': 1},
  ...{'stagger-by': 'registry', 'wave-by': 'target', wait: true, 'fail-fast': false, 'change-cause': false},
  ...{'undo-failed': false, 'include-logs': false, preflight: 'report', lock: 'auto', 'cache-namespace': 'none'},
  ...{yes: true, quiet: false, output: 'json'},
  ...changes,
}
const runtime = processRuntime()
const clusters: RunEnv['clusters'] = {
  ...{selected: [], leftOut: [], all: [], protections: [], isInCluster: false, connectedAtOnce: 1},
  open: (context) => {
    throw new Error(`there is no cluster behind ${context}`)
  },
  costOf: () => ({connections: 0, requests: 0, bytesRead: 0}),
  endpointOf: (context) => context,
  minified: () => '',
}
const nothingRead = {scope: {kinds: [], namespaces: [], contexts: [], contextsLeftOut: []}, readings: []}
const targets = await filesIn(cabinet)
const report = await withSession(runtime, {quiet: true, verbose: false}, (session) =>
  startRun(
    {
      run: runIdentity(undefined, runtime),
      verb: stampFiles,
      args: {text},
      source: {
        find: async () => nothingRead,
        plan: () => ({targets, traits: new Map(), excluded: [], sameCluster: []}),
      },
      settings: runSettings(flags),
      resumed: false,
      snapshots: new Map(),
    },
    {
      ...{runtime, clusters, session, place: {program: 'hubspoke'}, origin: undefined},
      ...(processes && {distribute: distributeInProcesses(processes.killAfterAct ?? [])}),
    },
  ),
)
process.stdout.write(JSON.stringify(report))
process.exitCode = report.verdict.code
