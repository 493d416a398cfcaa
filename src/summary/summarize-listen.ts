import type {ListenReport, ListenRuleEntry} from '../model/listen-report.ts'
import {exitOfSignal, type StopReason} from '../model/stop.ts'
import {countOf} from '../shared/words.ts'
import {toVerdict} from './verdict.ts'

type Parts = Omit<ListenReport, 'schemaVersion' | 'type' | 'verdict'>

/** The document of a service that has ended, or of `--check`. @param stopped why it has ended */
export function summarizeListen(parts: Parts, stopped: StopReason | undefined): ListenReport {
  return {schemaVersion: 1, type: 'ListenReport', ...parts, verdict: verdictOf(parts, stopped)}
}

function verdictOf({service, rules}: Parts, stopped: StopReason | undefined): ListenReport['verdict'] {
  if (service === null) return checkVerdict(rules)
  const {eventsWaiting, runsUnfinished} = service
  const ended = Object.values(service.runs).reduce((sum, count) => sum + count, 0)
  const left =
    eventsWaiting + runsUnfinished === 0
      ? 'Nothing is left in the journal.'
      : `${countOf(eventsWaiting, 'event')} and ${countOf(runsUnfinished, 'run')} are left in the journal for the next start.`
  return toVerdict(exitOfSignal(stopped) ?? 'ok', () => `Stopped listening: ${countOf(ended, 'run')} ended. ${left}`)
}

function checkVerdict(rules: readonly ListenRuleEntry[]): ListenReport['verdict'] {
  const wrong = rules.filter(({problems}) => problems.length > 0).length
  if (wrong > 0) {
    return toVerdict('usage', () => `${countOf(wrong, 'rule')} of ${rules.length} cannot do what it says now.`)
  }
  const unread = new Set(rules.flatMap(({now}) => now?.unread ?? [])).size
  if (unread > 0) return toVerdict('context-not-read', () => `${countOf(unread, 'context')} could not be read in full.`)
  return toVerdict(
    'ok',
    () => `${countOf(rules.length, 'rule')} can do what ${rules.length === 1 ? 'it says' : 'they say'}.`,
  )
}
