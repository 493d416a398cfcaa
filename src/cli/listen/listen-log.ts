import type {OnEvent} from '../../model/event.ts'
import type {ExitName} from '../../model/exit-code.ts'
import type {ListenServiceEntry} from '../../model/listen-report.ts'
import type {Clock} from '../../shared/clock.ts'
import {formatDuration} from '../../shared/duration.ts'
import {externalText} from '../../shared/external-text.ts'
import {hubspokeCommand} from '../../shared/suggested-command.ts'
import {countOf} from '../../shared/words.ts'
import type {ServiceObserver} from './serve-events.ts'

/** Says what the service does, a line each, and adds it up. */
export interface ListenLog extends ServiceObserver {
  say(sentence: string): void
  /** @param journal where it is kept */
  total(journal: string): ListenServiceEntry
}

export function listenLog(onEvent: OnEvent, clock: Pick<Clock, 'now' | 'date'>): ListenLog {
  const startedAt = clock.date()
  const startedMs = clock.now()
  const events = new Map<string, number>()
  const runs = new Map<ExitName, number>()
  let left = {eventsWaiting: 0, runsUnfinished: 0}
  const say = (message: string) => onEvent({type: 'notice', message})
  const add = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1)

  return {
    say,
    total: (journal) => ({
      ...{startedAt: startedAt.toISOString(), durationMs: Math.round(clock.now() - startedMs), journal},
      ...{events: Object.fromEntries(events), runs: Object.fromEntries(runs), ...left},
    }),
    onListening: (url) => say(`listening on ${url}: events are posted to ${url}/hooks/NAME`),
    onAnswer({name}, {results, message}) {
      for (const result of results) add(events, result)
      say(`${name}: ${message}`)
    },
    onReady: () => say('ready: events are accepted'),
    onDamage: say,
    onQueue({length, unfinished}) {
      left = {eventsWaiting: length, runsUnfinished: unfinished}
    },
    onPlanned(record) {
      if (record.type === 'dropped')
        return say(`${countOf(record.events.length, 'event')} dropped: ${externalText(record.why)}`)
      const {run, rule, words, superseded} = record
      const older =
        superseded.length === 0
          ? ''
          : `; ${countOf(superseded.length, 'older event is', 'older events are')} superseded`
      say(`run ${run} by rule ${rule}: ${externalText(hubspokeCommand(...words), {maxLength: 1_000})}${older}`)
    },
    onEnded({run, exit, sentence, again}, {plan}) {
      add(runs, exit)
      const next =
        again === undefined ? '' : ` Tried again in ${formatDuration(Date.parse(again) - clock.date().getTime())}.`
      say(`run ${run} by rule ${plan.rule} ended (${exit}): ${sentence}${next}`)
    },
    onHeld: (why) => say(why === undefined ? 'runs may start again' : `no run starts: ${why}`),
  }
}
