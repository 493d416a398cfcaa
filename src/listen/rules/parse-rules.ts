import {canonicalQuery} from '../../image/image-query.ts'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {type Item, readYaml, type YamlReader} from '../../yaml/yaml-reader.ts'
import type {Rule, RuleFile} from './rule-file.ts'
import type {RuleParsers} from './rule-parsers.ts'
import {rulesShape} from './rules-shape.ts'

export interface RulesSource {
  readonly path: string
  /** The types that a source may have. */
  readonly sourceTypes: readonly string[]
  readonly parsers: RuleParsers
}

/** In characters. */
const longestText = 1024 * 1024

/**
 * Reads the text of a rules file.
 *
 * @throws HubspokeError of class `usage` that names the file, the key, line and column
 */
export function parseRules(text: string, {path, sourceTypes, parsers}: RulesSource): RuleFile {
  if (text.length > longestText) {
    throw new HubspokeError('usage', `The rules file ${printable(path)} is larger than 1 MiB.`)
  }
  const reader = readYaml(text, {path, what: 'rules file', where: ({line, column}) => `line ${line}, column ${column}`})
  const file = rulesShape(sourceTypes, parsers).read(reader.root, reader)
  for (const key of ['sources', 'rules'] as const) checkNames(key, file, reader)
  checkReached(file.rules, reader)
  return file
}

function entriesOf(key: keyof RuleFile, reader: YamlReader): readonly Item[] {
  const list = reader.items(reader.root).find(({name}) => name === key)
  return list === undefined ? [] : reader.entries(list, key)
}

function keyOf(entry: Item | undefined, key: string, reader: YamlReader): Item {
  return (entry && reader.items(entry).find(({name}) => name === key)) ?? entry ?? reader.root
}

function checkNames(key: keyof RuleFile, file: RuleFile, reader: YamlReader): void {
  const names = file[key].map(({name}) => name)
  const second = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (second === -1) return
  const first = file[key][names.indexOf(names[second] ?? '')]
  const item = keyOf(entriesOf(key, reader)[second], 'name', reader)
  throw reader.wrong(item, `is "${names[second]}", as in line ${first?.line}: each has a name of its own`)
}

/** A rule for the same image as an earlier one without tags would look as if it did something. */
function checkReached(rules: readonly Rule[], reader: YamlReader): void {
  const taken = new Map<string, Rule>()
  for (const [index, rule] of rules.entries()) {
    const image = canonicalQuery(rule.image)
    const earlier = taken.get(image)
    if (earlier !== undefined) {
      const item = keyOf(entriesOf('rules', reader)[index], 'image', reader)
      throw reader.wrong(item, `is never reached: the rule "${earlier.name}" before it takes every tag of this image`)
    }
    if (rule.tags === undefined) taken.set(image, rule)
  }
}
