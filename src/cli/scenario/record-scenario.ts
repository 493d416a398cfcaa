import {exitCodes} from '../../model/exit-code.ts'
import {exitOfSignal, type StopReason} from '../../model/stop.ts'
import {printable} from '../../shared/printable.ts'
import {countOf} from '../../shared/words.ts'
import type {Clusters} from '../clusters.ts'
import {askEachContext} from '../each-context.ts'
import type {Session} from '../process/session.ts'
import {notRecorded, type RecordedContext, recordCluster} from './record-cluster.ts'
import {recordedClusters, recordedScenario} from './recorded-scenario.ts'

export interface Recording {
  /** Of the scenario file; empty where nothing could be read. */
  readonly text: string
  /** For the user. */
  readonly lines: readonly string[]
  readonly exitCode: number
}

/** Records a scenario file from the selected contexts. Nothing is written to them. */
export async function recordScenario(
  clusters: Clusters,
  session: Session,
  {cacheNamespace, at}: {readonly cacheNamespace: string; readonly at: Date},
): Promise<Recording> {
  const {signal} = session.stop
  const contexts = await askEachContext(clusters, session, {
    work: (cluster) => recordCluster(cluster, {cacheNamespace, signal}),
    failed: ({name}, problem) => notRecorded(name, problem),
  })
  const text = recordedScenario(contexts, at) ?? ''
  const lines = [...problemsOf(contexts), summaryOf(contexts)]
  return {text, lines, exitCode: exitCodeOf(contexts, session.stop.reason)}
}

function problemsOf(contexts: readonly RecordedContext[]): readonly string[] {
  return contexts.flatMap(({context, problem}) =>
    problem === null ? [] : [`Context "${printable(context)}" was not recorded: ${printable(problem.message)}`],
  )
}

function summaryOf(contexts: readonly RecordedContext[]): string {
  const clusters = recordedClusters(contexts)
  const workloads = clusters.reduce((sum, [first]) => sum + (first?.workloads.length ?? 0), 0)
  const read = contexts.filter(({problem}) => problem === null).length
  const from = `from ${read} of ${countOf(contexts.length, 'context')}`
  return `Recorded ${countOf(workloads, 'workload')} of ${countOf(clusters.length, 'cluster')}, ${from}.`
}

function exitCodeOf(contexts: readonly RecordedContext[], stoppedBy: StopReason | undefined): number {
  const ofSignal = exitOfSignal(stoppedBy)
  if (ofSignal !== undefined) return exitCodes[ofSignal].code
  if (contexts.some(({problem}) => problem?.class === 'internal')) return exitCodes.bug.code
  return contexts.every(({problem}) => problem === null) ? exitCodes.ok.code : exitCodes['context-not-read'].code
}
