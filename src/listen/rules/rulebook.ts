import type {TagEvent} from '../queue/records.ts'
import type {Rulebook} from '../queue/rulebook.ts'
import {commandLine} from './command-line.ts'
import {decide} from './decide.ts'
import type {Rule} from './rule-file.ts'
import {bestTag} from './tag-rule.ts'

/** The rules of a file as the queue asks them. */
export function rulebookOf(rules: readonly Rule[]): Rulebook {
  return {
    ruleFor(event) {
      const decision = decide(rules, event)
      return 'ignored' in decision ? decision : {rule: decision.rule.name, coalesceMs: decision.rule.coalesceMs}
    },
    runOf(name, events, run) {
      const rule = rules.find((one) => one.name === name)
      const [first] = events
      if (rule === undefined || first === undefined) return {ignored: 'Its rule is not there any more.'}
      const tags = tagsOf(rule, events)
      const words = commandLine(rule, {repository: first.repository, tags}, run)
      return {words, tags, coversRule: rule.do === 'set-image', retryForMs: rule.retryForMs}
    },
  }
}

/** A restart follows every pushed tag; an image is set to one. */
function tagsOf(rule: Rule, events: readonly TagEvent[]): readonly string[] {
  const tags = events.map(({tag}) => tag)
  if (rule.do === 'restart') return tags
  const best = bestTag(rule, tags)
  return best === undefined ? [] : [best]
}
