import {ruleParsers} from '../../../cli/flags/rule-parsers.ts'
import {parseRules} from '../parse-rules.ts'
import type {Rule, RuleFile} from '../rule-file.ts'

const testPath = 'rules.yaml'
const testTypes = ['distribution', 'native'] as const

/** Reads the text as the file of a `listen` that has two types of sources. */
export function parseTestRules(text: string): RuleFile {
  return parseRules(text, {path: testPath, sourceTypes: testTypes, parsers: ruleParsers})
}

/** A rule with these keys in the flow style of YAML, and with the required ones where they are not among them. */
export function ruleOf(keys = ''): Rule {
  const required = [
    ['name', 'web'],
    ['image', 'ghcr.io/acme/web'],
    ['do', 'restart'],
    ['contexts', 'prod'],
  ].filter(([key]) => !new RegExp(`(^|, )${key}:`).test(keys))
  const all = [...required.map((pair) => pair.join(': ')), ...(keys === '' ? [] : [keys])].join(', ')
  const [rule] = parseTestRules(`sources: [{name: a, type: native}]\nrules: [{${all}}]`).rules
  if (rule === undefined) throw new Error('there is no rule')
  return rule
}
