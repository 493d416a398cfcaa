import {parseRules} from '../../listen/rules/parse-rules.ts'
import type {RuleFile} from '../../listen/rules/rule-file.ts'
import {sourceTypes} from '../../listen/sources/sources.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'
import {ruleParsers} from '../flags/rule-parsers.ts'
import {readNamedFile} from '../process/read-named-file.ts'
import type {Runtime} from '../process/runtime.ts'

const largestBytes = 1024 * 1024

/** @throws HubspokeError of class `usage` that says what is wrong, with the line and the column */
export async function readRules(path: string, {clock}: Pick<Runtime, 'clock'>): Promise<RuleFile> {
  const what = `rules file ${quoted(path)}`
  const tooLarge = () => new HubspokeError('usage', `The ${what} is larger than 1 MiB.`)
  const content = await readNamedFile({path, what, maxBytes: largestBytes, tooLarge}, clock)
  return parseRules(content.toString('utf8'), {path, sourceTypes, parsers: ruleParsers})
}
