import type {ClusterReading} from '../model/cluster.ts'
import type {HubEvent} from '../model/event.ts'
import {isInDesiredState, type SpokeResult} from '../model/result.ts'
import type {Target} from '../model/target.ts'
import type {Clock} from '../shared/clock.ts'
import {formatDuration} from '../shared/duration.ts'
import {printable} from '../shared/printable.ts'
import {countOf} from '../shared/words.ts'
import type {Progress, ProgressStream} from './progress.ts'
import {troubleOfReading, undoSentence} from './troubles.ts'

export interface LinesOptions {
  readonly stream: Pick<ProgressStream, 'write'>
  readonly clock: Pick<Clock, 'now' | 'date'>
  /** Every step, and every change of a rollout at once (`--verbose`). */
  readonly verbose: boolean
}

/** A long rollout shows its progress no more often than this. */
const quietMs = 10_000

/** Plain lines for logs and pipes: `2026-11-24T12:03:04Z  eu-west/shop/Deployment/web  written, waiting for its rollout`. */
export function createLinesProgress({stream, clock, verbose}: LinesOptions): Progress {
  const isDue = createPacer(clock, verbose ? 0 : quietMs)
  const countdown = createCountdown()
  let stopped = false
  return {
    onEvent(event) {
      if (stopped) return
      const text = sentenceOf(event, verbose, isDue, countdown)
      if (text !== undefined) stream.write(`${timeOf(clock.date())}  ${printable(text)}\n`)
    },
    pause: async () => undefined,
    resume: () => undefined,
    stop: async () => {
      stopped = true
    },
  }
}

/** In a log, a pause is counted down by whole minutes, and once more half a minute before its end. */
function createCountdown(): (leftMs: number) => string | undefined {
  let step: number | undefined
  return (leftMs) => {
    const next = leftMs > 30_000 ? Math.ceil(leftMs / 60_000) : 0
    const isDue = step !== undefined && next < step
    step = next
    return isDue ? `next wave in ${formatDuration(leftMs)}` : undefined
  }
}

interface Said {
  readonly at: number
  readonly message: string | undefined
  readonly reason: string | undefined
}

/** @param reason why the rollout is stuck: a new reason is shown at once */
type IsDue = (target: Target, message?: string, reason?: string) => boolean

/** Decides for each target whether enough time has passed since its last line, and whether anything has changed. */
function createPacer(clock: Pick<Clock, 'now'>, ms: number): IsDue {
  const last = new Map<string, Said>()
  return (target, message, reason) => {
    const key = target.key
    const before = last.get(key)
    const isOther = reason !== undefined && reason !== before?.reason
    const isTooSoon = before !== undefined && (clock.now() - before.at < ms || before.message === message)
    if (message !== undefined && isTooSoon && !isOther) return false
    last.set(key, {at: clock.now(), message, reason: reason ?? before?.reason})
    return true
  }
}

function sentenceOf(
  event: HubEvent,
  verbose: boolean,
  isDue: IsDue,
  countdown: (leftMs: number) => string | undefined,
): string | undefined {
  switch (event.type) {
    case 'discovery-started':
      return `reading ${countOf(event.contexts.length, 'context')}`
    case 'context-read':
      return `${event.reading.context.name}  ${troubleOfReading(event.reading) ?? readSentence(event.reading)}`
    case 'context-answered':
      return `${event.context}  ${event.problem === null ? 'answered' : `FAILED: ${event.problem.message}`}`
    case 'distribution-started':
      return `run ${event.runId} starts with ${countOf(event.plan.length, 'target')}`
    case 'watch-started':
      return `watching ${countOf(event.targets.length, 'target')}`
    case 'target-started':
      if (event.attempt > 1) return `${event.target.label}  try ${event.attempt}`
      return verbose ? `${event.target.label}  started` : undefined
    case 'target-written':
      isDue(event.target)
      return `${event.target.label}  ${writtenWords(event)}, waiting for its rollout`
    case 'target-progress':
    case 'target-trouble': {
      const why = event.type === 'target-trouble' ? event.reason : undefined
      return isDue(event.target, event.message, why) ? `${event.target.label}  ${event.message}` : undefined
    }
    case 'target-retrying':
      return `${event.target.label}  next try in ${formatDuration(event.delayMs)}: ${event.reason}`
    case 'target-finished':
    case 'target-regressed':
      return endSentence(event.result)
    case 'target-undoing':
      return `${event.target.label}  undoing: restoring its state before the run`
    case 'target-undone':
      return event.result.undo && `${event.result.target.label}  ${undoSentence(event.result.undo)}`
    case 'wave-started':
      return `wave ${event.wave} of ${event.of} starts with ${countOf(event.targets, 'target')}`
    case 'wave-paused':
      return `wave ${event.wave} of ${event.of} has ended; ${formatDuration(event.ms)} of pause, in which health is watched`
    case 'wave-countdown':
      return countdown(event.leftMs)
    case 'wave-waiting':
      return `wave ${event.wave + 1} of ${event.of} ${waitSentence(event.message)}`
    case 'stopping':
      return `stopping: ${event.reason}`
    case 'notice':
      return event.message
    case 'detail':
      return verbose ? event.message : undefined
    case 'hub-started':
    case 'hub-ended':
      return undefined
    default:
      return event satisfies never
  }
}

const writtenWords = ({found}: {readonly found?: boolean}) => (found ? 'was written before' : 'written')

function readSentence({workloadsRead, matches, tier, tierReason}: ClusterReading): string {
  if (tier === undefined || (tier === 'ledger' && workloadsRead === 0)) return 'identified'
  const source = [tier, tierReason].filter((part) => part !== undefined).join(', ')
  return `${matches.length} of ${countOf(workloadsRead, 'workload')} match (${source})`
}

const waitSentence = (what: string) =>
  what === '' ? 'no longer waits: all targets are healthy' : `waits for health: ${what}`

function endSentence(result: SpokeResult): string {
  const {target, outcome, attempts, durationMs, reason, failure} = result
  const word = isInDesiredState(result) || outcome === 'not-run' ? outcome : outcome.toUpperCase()
  const time = attempts > 0 ? ` after ${formatDuration(durationMs)}` : ''
  const why = reason || (failure?.message ?? '')
  return `${target.label}  ${word}${time}${why === '' ? '' : `: ${why}`}`
}

/** With date and zone, as in run ids, so that the lines can be compared with other logs. */
const timeOf = (date: Date) => `${date.toISOString().slice(0, 19)}Z`
