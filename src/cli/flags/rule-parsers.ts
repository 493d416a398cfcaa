import {parseFreshness} from '../../discovery/cache/freshness.ts'
import {chooseNamespaces} from '../../discovery/select/select-namespaces.ts'
import type {RuleParsers} from '../../listen/rules/rule-parsers.ts'
import {parseLimit} from './parse-limit.ts'
import {parsePause} from './parse-pause.ts'
import {parseReason} from './parse-reason.ts'
import {parseWaves} from './parse-waves.ts'

/** Values of a rules file are valid where those of a command line are. */
export const ruleParsers: RuleParsers = {
  waves: parseWaves,
  pause: parsePause,
  maxFailures: parseLimit,
  fresh: parseFreshness,
  reason: parseReason,
  namespace: (pattern) => chooseNamespaces([pattern]),
}
