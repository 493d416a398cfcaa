import type {ClusterReading} from '../model/cluster.ts'
import type {HubEvent} from '../model/event.ts'
import {isAsWanted, type SpokeResult} from '../model/result.ts'
import {type Target, targetKey, targetName} from '../model/target.ts'
import type {Clock} from '../shared/clock.ts'
import {formatDuration} from '../shared/duration.ts'
import {printable} from '../shared/printable.ts'
import type {Progress, ProgressStream} from './progress.ts'
import {troubleOfReading, undoSentence} from './troubles.ts'

export interface LinesOptions {
  readonly stream: Pick<ProgressStream, 'write'>
  readonly clock: Pick<Clock, 'now' | 'date'>
  /** Every step, and every change of a rollout at once (`--verbose`). */
  readonly verbose: boolean
}

/** A rollout that takes long says how far it is no more often than this. */
const quietMs = 10_000

/** Plain lines for logs and pipes: `12:03:04  eu-west/shop/Deployment/web  written, waiting for its rollout`. */
export function createLinesProgress({stream, clock, verbose}: LinesOptions): Progress {
  const isDue = createPacer(clock, verbose ? 0 : quietMs)
  let stopped = false
  return {
    onEvent(event) {
      if (stopped) return
      const text = sentenceOf(event, verbose, isDue)
      if (text !== undefined) stream.write(`${timeOf(clock.date())}  ${printable(text)}\n`)
    },
    pause: async () => undefined,
    stop: async () => {
      stopped = true
    },
  }
}

interface Said {
  readonly at: number
  readonly message: string | undefined
  readonly reason: string | undefined
}

/** @param reason why it does not get on: another one than before is told at once */
type IsDue = (target: Target, message?: string, reason?: string) => boolean

/** Says of each target whether enough time went by since its last line, and whether there is anything new. */
function createPacer(clock: Pick<Clock, 'now'>, ms: number): IsDue {
  const last = new Map<string, Said>()
  return (target, message, reason) => {
    const key = targetKey(target)
    const before = last.get(key)
    const isOther = reason !== undefined && reason !== before?.reason
    const isTooSoon = before !== undefined && (clock.now() - before.at < ms || before.message === message)
    if (message !== undefined && isTooSoon && !isOther) return false
    last.set(key, {at: clock.now(), message, reason: reason ?? before?.reason})
    return true
  }
}

function sentenceOf(event: HubEvent, verbose: boolean, isDue: IsDue): string | undefined {
  switch (event.type) {
    case 'discovery-started':
      return `reading ${count(event.contexts.length, 'context')}`
    case 'context-read':
      return `${event.reading.context.name}  ${troubleOfReading(event.reading) ?? readSentence(event.reading)}`
    case 'context-answered':
      return `${event.context}  ${event.problem === null ? 'answered' : `FAILED: ${event.problem.message}`}`
    case 'distribution-started':
      return `starting with ${count(event.plan.length, 'target')}`
    case 'target-started':
      if (event.attempt > 1) return `${targetName(event.target)}  try ${event.attempt}`
      return verbose ? `${targetName(event.target)}  started` : undefined
    case 'target-written':
      isDue(event.target)
      return `${targetName(event.target)}  written, waiting for its rollout`
    case 'target-progress':
      return isDue(event.target, event.message) ? `${targetName(event.target)}  ${event.message}` : undefined
    case 'target-trouble':
      return isDue(event.target, event.message, event.reason)
        ? `${targetName(event.target)}  ${event.message}`
        : undefined
    case 'target-retrying':
      return `${targetName(event.target)}  next try in ${formatDuration(event.delayMs)}: ${event.reason}`
    case 'target-finished':
    case 'target-relapsed':
      return endSentence(event.result)
    case 'target-undoing':
      return `${targetName(event.target)}  undoing: it is put back to what it was before`
    case 'target-undone':
      return event.result.undo && `${targetName(event.result.target)}  ${undoSentence(event.result.undo)}`
    case 'wave-started':
      return `wave ${event.wave} of ${event.of} starts with ${count(event.targets, 'target')}`
    case 'wave-paused':
      return `wave ${event.wave} of ${event.of} has ended; ${formatDuration(event.ms)} of pause, in which health is watched`
    case 'wave-waiting':
      return `wave ${event.wave + 1} of ${event.of} ${waitSentence(event.message)}`
    case 'stopping':
      return `stopping: ${event.reason}`
    case 'notice':
      return event.message
    case 'detail':
      return verbose ? event.message : undefined
    default:
      return event satisfies never
  }
}

function readSentence({workloadsRead, matches, tier, tierReason}: ClusterReading): string {
  const source = [tier, tierReason].filter((part) => part !== undefined).join(', ')
  return `${matches.length} of ${count(workloadsRead, 'workload')} match (${source})`
}

const waitSentence = (what: string) => (what === '' ? 'waits for nobody any more' : `waits for health: ${what}`)

function endSentence(result: SpokeResult): string {
  const {target, outcome, attempts, durationMs, reason, failure} = result
  const word = isAsWanted(result) || outcome === 'not-run' ? outcome : outcome.toUpperCase()
  const time = attempts > 0 ? ` after ${formatDuration(durationMs)}` : ''
  const why = reason || (failure?.message ?? '')
  return `${targetName(target)}  ${word}${time}${why === '' ? '' : `: ${why}`}`
}

const count = (number: number, noun: string) => `${number} ${number === 1 ? noun : `${noun}s`}`

/** The time of day where the person is. */
const timeOf = (date: Date) =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => `${part}`.padStart(2, '0')).join(':')
