import {commandLine} from '../../listen/rules/command-line.ts'
import type {Rule, RuleFile} from '../../listen/rules/rule-file.ts'
import type {CheckReport} from '../../model/check-report.ts'
import type {ErrorReport} from '../../model/error-report.ts'
import type {ListenRuleEntry, ListenSourceEntry} from '../../model/listen-report.ts'
import type {FindReport} from '../../model/report.ts'
import {quoted} from '../../shared/problem.ts'
import {hubspokeCommand} from '../../shared/suggested-command.ts'

/** Commands that only read, by their names. */
export interface ReadingCommands {
  find(words: readonly string[]): Promise<FindReport | ErrorReport>
  check(words: readonly string[]): Promise<CheckReport | ErrorReport>
}

export function sourceEntries({sources}: RuleFile): readonly ListenSourceEntry[] {
  return sources.map(({name, type, secretFile, secretEnv}) => ({
    name,
    type,
    path: `/hooks/${name}`,
    secret: secretFile !== undefined ? 'file' : secretEnv !== undefined ? 'environment' : 'none',
  }))
}

/** The rules of the file, as they are not looked at. */
export function ruleEntries({rules}: RuleFile): readonly ListenRuleEntry[] {
  return rules.map((rule) => ({
    name: rule.name,
    line: rule.line,
    image: rule.image.text,
    command: commandOf(rule),
    now: null,
    problems: [],
  }))
}

/** What each rule would do now, and what keeps it from that. One rule after the other: each reads all of its clusters at once. */
export async function checkRules(file: RuleFile, commands: ReadingCommands): Promise<readonly ListenRuleEntry[]> {
  const entries: ListenRuleEntry[] = []
  for (const [index, entry] of ruleEntries(file).entries()) {
    const rule = file.rules[index]
    if (rule !== undefined) entries.push({...entry, ...(await lookAt(rule, commands))})
  }
  return entries
}

async function lookAt(rule: Rule, {find, check}: ReadingCommands): Promise<Pick<ListenRuleEntry, 'now' | 'problems'>> {
  const contexts = [...rule.contexts.map((one) => `--context=${one}`), ...rule.groups.map((one) => `--group=${one}`)]
  const namespaces = rule.namespaces.map((one) => `--namespace=${one}`)
  const found = await find([rule.image.text, ...contexts, ...namespaces, '--allow-empty'])
  if (found.type === 'ErrorReport') return {now: null, problems: [found.error.message]}
  const checked = await check(contexts)
  const {clusters, workloads} = found
  return {
    now: {
      workloads: workloads.length,
      clusters: new Set(workloads.map(({context}) => context)).size,
      unread: clusters.filter(({status}) => status !== 'read').map(({context}) => context),
    },
    problems: checked.type === 'ErrorReport' ? [checked.error.message] : protectionProblems(rule, checked),
  }
}

function protectionProblems(rule: Rule, {contexts}: CheckReport): readonly string[] {
  if (rule.dryRun) return []
  const guarded = contexts.filter((one) => one.protected !== null).map(({context}) => context)
  const missing = guarded.filter((context) => !rule.confirm.includes(context))
  const nothing = 'so its runs write nothing, in no cluster'
  return [
    ...missing.map(
      (context) => `The context ${quoted(context)} is protected and "confirm" does not name it, ${nothing}.`,
    ),
    ...(guarded.length > 0 && rule.reason === undefined
      ? [`A protected context requires a "reason", and the rule has none, ${nothing}.`]
      : []),
  ]
}

/** With a tag, as an event would name it. */
function commandOf(rule: Rule): string {
  const {repository, tags = ['TAG']} = rule.image
  const name = repository === undefined ? rule.image.text : `${repository.domain}/${repository.path}`
  const tag = tags.find((one) => !/[*?]/.test(one)) ?? 'TAG'
  const words = commandLine({...rule, tags: {glob: '*'}}, {repository: name, tags: [tag]}, 'ID')
  const without = words.filter((word, index) => word !== '--run-id' && words[index - 1] !== '--run-id')
  return hubspokeCommand(...without)
}
