import {isInCluster} from '../model/cluster-target.ts'
import {type ExitName, exitCodes} from '../model/exit-code.ts'
import type {RecordedRun, RecordedTarget} from '../model/recorded-run.ts'
import type {Outcome} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import {isWorkloadTarget} from '../model/workload-target.ts'
import {externalText} from '../shared/external-text.ts'
import type {RunHistory, SpokeEvent} from './run-history.ts'
import type {Attributes, Span, SpanEvent} from './span.ts'
import {spanIdOf} from './trace-ids.ts'

/** What a ledger tells of the invocation that has just ended, and which trace it belongs to. */
export interface TracedRun {
  readonly recorded: RecordedRun
  readonly history: RunHistory
  readonly exitCode: number
  readonly traceId: string
  /** The span of another program; undefined: the run is a root of its trace. */
  readonly parentSpanId: string | undefined
}

type Invocation = RecordedRun['invocations'][number]

/** Milliseconds since 1970. */
interface Times {
  readonly startedAt: number
  readonly endedAt: number
}

/** A span without what all spans of an invocation share, or only some have. */
type OwnPart = Pick<Span, 'name' | 'attributes'> & Times & Partial<Pick<Span, 'events' | 'error'>>

/**
 * The spans of the last invocation of a run: itself, first; its plan; each wave that it started; and one per target, below its
 * wave. Empty where the ledger has no beginning.
 */
export function runSpans(run: TracedRun): readonly Span[] {
  const {recorded, history, traceId, parentSpanId} = run
  const invocation = recorded.invocations.at(-1)
  if (invocation === undefined) return []
  const times = runTimes(recorded, invocation)
  // The same target, in another invocation under the same id or on another machine, has another span.
  const idOf = (...names: readonly string[]) =>
    spanIdOf(invocation.id, invocation.at, invocation.by?.host ?? '', ...names)
  const rootId = idOf('run')
  const span = (spanId: string, parent: string | undefined, part: OwnPart): Span => ({
    ...{traceId, spanId, parentSpanId: parent, events: [], error: undefined},
    ...part,
    endedAt: Math.max(part.startedAt, part.endedAt),
  })
  const targets = recorded.targets.filter(({target}) => history.planned.has(target.key))
  const waveId = (wave: number | undefined) =>
    wave !== undefined && history.waves.has(wave) ? idOf('wave', String(wave)) : undefined
  return [
    span(rootId, parentSpanId, runPart(run, invocation, times)),
    span(idOf('plan'), rootId, planPart(invocation, times, targets.length)),
    ...[...history.waves].map(([wave, at]) =>
      span(idOf('wave', String(wave)), rootId, wavePart(wave, at, targets, times)),
    ),
    ...targets.map((target) =>
      span(
        idOf('spoke', target.target.key),
        waveId(target.wave) ?? rootId,
        spokePart(target, history.events.get(target.target.key) ?? [], times),
      ),
    ),
  ]
}

function runTimes({ended, lastAt}: RecordedRun, {at, startedAt}: Invocation): Times {
  const start = timeOf(startedAt, timeOf(at, 0))
  return {startedAt: start, endedAt: timeOf(ended?.at, timeOf(lastAt, start))}
}

/** A ledger is a file: what is no time in it is replaced by another one. */
function timeOf(text: string | undefined, otherwise: number): number {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? otherwise : time
}

const pipelineResults: {readonly [Name in ExitName]: string} = {
  ok: 'success',
  'target-failed': 'failure',
  usage: 'error',
  'nothing-matched': 'failure',
  'context-not-read': 'failure',
  'stopped-early': 'failure',
  locked: 'error',
  declined: 'cancellation',
  bug: 'error',
  'hung-up': 'cancellation',
  interrupted: 'cancellation',
  terminated: 'cancellation',
}

const exitNames = new Map(
  (Object.entries(exitCodes) as [ExitName, {readonly code: number}][]).map(([name, {code}]) => [code, name]),
)

/** Names: https://opentelemetry.io/docs/specs/semconv/cicd/cicd-spans/ */
function runPart({exitCode}: TracedRun, {id, verb, retryOf}: Invocation, times: Times): OwnPart {
  const name = `hubspoke ${externalText(verb)}`
  const exit = exitNames.get(exitCode) ?? 'bug'
  const attributes = {
    'cicd.pipeline.name': name,
    'cicd.pipeline.run.id': externalText(id),
    'cicd.pipeline.result': pipelineResults[exit],
    'hubspoke.exit_code': exitCode,
    ...(retryOf !== undefined && {'hubspoke.retry_of': externalText(retryOf)}),
  }
  if (exit === 'ok') return {name, ...times, attributes}
  return {name, ...times, attributes: {...attributes, 'error.type': exit}, error: exitCodes[exit].means}
}

/** Discovery, the prompt, and the wait for the lock: the ledger does not tell them apart. */
function planPart({at}: Invocation, {startedAt}: Times, targets: number): OwnPart {
  return {name: 'plan', startedAt, endedAt: timeOf(at, startedAt), attributes: {'hubspoke.targets': targets}}
}

function wavePart(wave: number, at: string, targets: readonly RecordedTarget[], {startedAt, endedAt}: Times): OwnPart {
  const inWave = targets.filter((target) => target.wave === wave)
  const start = timeOf(at, startedAt)
  const ends = inWave.map(({result}) => timeOf(result?.endedAt, result === undefined ? endedAt : start))
  return {
    name: `wave ${wave}`,
    startedAt: start,
    endedAt: ends.reduce((a, b) => Math.max(a, b), start),
    attributes: {'hubspoke.wave': wave, 'hubspoke.targets': inWave.length},
  }
}

function spokePart({target, wave, wrote, attempts, result}: RecordedTarget, said: readonly SpokeEvent[], run: Times) {
  const endedAt = timeOf(result?.endedAt, run.endedAt)
  const events = said.map((one) => spokeEvent(one, endedAt))
  const outcome: Outcome = result?.outcome ?? (wrote === 'no' ? 'not-run' : 'unverified')
  const isError = outcome === 'failed' || outcome === 'unverified'
  const type = result?.failure?.class ?? (isError ? outcome : undefined)
  const reason =
    result === undefined ? 'The ledger has no result.' : externalText(result.failure?.message ?? result.reason)
  const attributes: Attributes = {
    ...targetAttributes(target),
    'hubspoke.outcome': outcome,
    'hubspoke.attempts': attempts,
    ...(wave !== undefined && {'hubspoke.wave': wave}),
    ...(reason !== '' && {'hubspoke.reason': reason}),
    ...(result?.undo && {'hubspoke.undo': result.undo.outcome}),
    ...(type !== undefined && {'error.type': type}),
  }
  const part = {
    name: 'spoke',
    startedAt: timeOf(result?.startedAt, events[0]?.at ?? endedAt),
    endedAt,
    attributes,
    events,
  }
  return isError ? {...part, error: reason} : part
}

/** Names stay exact, as in documents. */
function targetAttributes(target: Target): Attributes {
  return {
    'hubspoke.target': target.label,
    ...(isInCluster(target) && {'hubspoke.cluster': target.context, 'k8s.cluster.uid': target.clusterUid}),
    ...(isWorkloadTarget(target) && {
      'k8s.namespace.name': target.namespace,
      'hubspoke.kind': target.kind,
      'hubspoke.name': target.name,
    }),
  }
}

function spokeEvent(record: SpokeEvent, otherwise: number): SpanEvent {
  const attributes: Attributes =
    record.type === 'retrying'
      ? {'hubspoke.attempt': record.attempt, 'hubspoke.reason': externalText(record.reason)}
      : {}
  return {name: record.type, at: timeOf(record.at, otherwise), attributes}
}
