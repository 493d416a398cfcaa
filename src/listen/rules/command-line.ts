import type {Rule} from './rule-file.ts'
import {bestTag, isVersion} from './tag-rule.ts'

/** What was pushed, of one repository. */
export interface Change {
  /** Canonical. */
  readonly repository: string
  /** Those that the rule is about, in the order in which they were pushed. */
  readonly tags: readonly string[]
  /** Used where there are no tags. */
  readonly digest?: string
}

/** The words of the hubspoke command that does what the rule says, without the name of the program and not quoted for a shell. */
export function commandLine(rule: Rule, change: Change, runId: string): readonly string[] {
  return [
    ...verbWords(rule, change),
    ...repeated('-c', rule.contexts),
    ...repeated('-g', rule.groups),
    ...repeated('-n', rule.namespaces),
    ...option('--fresh', rule.fresh),
    ...option('--waves', rule.waves),
    ...option('--pause', rule.pause),
    ...option('--max-failures', rule.maxFailures),
    ...(rule.undoFailed ? ['--undo-failed'] : []),
    ...repeated('--confirm', rule.confirm),
    ...option('--reason', rule.reason),
    ...(rule.dryRun ? ['--dry-run', 'client'] : []),
    ...option('--run-id', runId),
    '--yes',
  ]
}

function verbWords(rule: Rule, {repository, tags, digest}: Change): readonly string[] {
  if (rule.do === 'restart') return ['restart', imageOf(repository, {tags, digest})]
  const tag = bestTag(rule, tags)
  if (tag === undefined && digest === undefined) throw new Error('A change has a tag of its rule, or a digest.')
  const onlyNewer = tag !== undefined && isVersion(tag) ? ['--only-newer'] : []
  return ['set-image', repository, tag === undefined ? `@${digest}` : `:${tag}`, ...onlyNewer]
}

function imageOf(
  repository: string,
  {tags, digest}: {readonly tags: readonly string[]; readonly digest?: string | undefined},
): string {
  const once = [...new Set(tags)]
  if (once.length > 1) return `${repository}:{${once.join(',')}}`
  if (once[0] !== undefined) return `${repository}:${once[0]}`
  return digest === undefined ? repository : `${repository}@${digest}`
}

/** No value begins with "-": the rules file is refused otherwise. */
function repeated(flag: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value) => [flag, value])
}

function option(flag: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [flag, value]
}
