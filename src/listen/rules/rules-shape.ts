import {type ImageQuery, parseImageQuery} from '../../image/image-query.ts'
import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {isProblem} from '../../shared/problem.ts'
import {list, mapping, oneOrMore} from '../../yaml/compound-shapes.ts'
import {choice, duration, type JsonSchema, mapped, type Shape, text, truth} from '../../yaml/shape.ts'
import type {Item, YamlReader} from '../../yaml/yaml-reader.ts'
import {having, invalid, nameRules} from './common-rules.ts'
import type {Rule} from './rule-file.ts'
import type {RuleParsers} from './rule-parsers.ts'
import {sourceShape} from './source-shape.ts'
import {tagsShape} from './tags-shape.ts'

const hourMs = 3_600_000

/** A text that a flag accepts, as it was typed. */
function asFlag(description: string, means: string, parse: (text: string) => unknown): Shape<string> {
  return mapped(text(description, {maxLength: 2_000}), (value, item, reader) => {
    if (!value.startsWith('-') && parsed(() => parse(value), item, reader) !== undefined) return value
    throw reader.wrong(item, `must be ${means}, not "${printable(value)}"`)
  })
}

function parsed<T>(parse: () => T, item: Item, reader: YamlReader): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof HubspokeError) throw invalid(item, reader, error.message)
    throw error
  }
}

/** On a command line a comma separates two values, and a "-" begins a flag. */
function patternText(description: string, what: string): Shape<string> {
  return text(description, {
    pattern: /^(?!!?$|-)[^\p{C},]+$/u,
    means: `${what} without commas, control characters and a "-" at its beginning ("?" is any character)`,
    maxLength: 500,
  })
}

const image = mapped(
  text('The image, as for "hubspoke restart": a repository, or a repository with a tag or a glob of tags.', {
    maxLength: 16_384,
  }),
  (value, item, reader): ImageQuery => {
    const query = parseImageQuery(value)
    if (isProblem(query)) throw invalid(item, reader, query.problem)
    if (query.digest !== undefined) {
      throw reader.wrong(item, 'must name a repository and no digest: each push has another one')
    }
    return query
  },
)

function ruleShape(parsers: RuleParsers): Shape<Rule> {
  const shape = mapping(
    'What is done about a pushed image.',
    {
      name: text('Unique. It is part of the ids of runs.', nameRules),
      image,
      do: choice('What is done with the workloads that run the image.', ['restart', 'set-image']),
    },
    optionalKeys(parsers),
  )
  return {
    schema: {...shape.schema, anyOf: [having('contexts'), having('groups')]},
    read(item, reader) {
      const {retryFor = hourMs, coalesce = 2_000, ...rest} = shape.read(item, reader)
      const rule = {
        prereleases: false,
        contexts: [],
        groups: [],
        namespaces: [],
        undoFailed: false,
        confirm: [],
        dryRun: false,
        ...rest,
        retryForMs: retryFor,
        coalesceMs: coalesce,
        line: item.line,
        column: item.column,
      }
      check(rule, item, reader)
      return rule
    },
  }
}

function optionalKeys(parsers: RuleParsers) {
  const context = patternText('A context by name or glob; "!PATTERN" excludes.', 'a name or a glob')
  const pauses = 'a duration of up to 24h'
  const limits = 'a number, or a percentage up to 100%'
  return {
    tags: tagsShape,
    prereleases: truth('Does a range include prereleases that it does not name? Default: false.'),
    contexts: oneOrMore(context, 'contexts'),
    groups: oneOrMore(patternText('A group of contexts of the config file.', 'the name of a group'), 'groups'),
    namespaces: oneOrMore(
      asFlag('A namespace by name or glob. Default: all.', 'a namespace', parsers.namespace),
      'namespaces',
    ),
    waves: asFlag('Start in waves.', 'a list as "1,10%,50%,100%"', parsers.waves),
    pause: asFlag('Watch the health of written targets after each wave.', pauses, pauseWithoutUser(parsers)),
    maxFailures: asFlag('Start no new targets after more failures than this.', limits, parsers.maxFailures),
    undoFailed: truth('Restore the previous state of a target whose rollout fails. Default: false.'),
    confirm: oneOrMore(
      text('The context of a protected cluster that may be written.', {
        pattern: /^(?!-)[^\p{C}]+$/u,
        means: 'the name of a context, not a flag',
        maxLength: 500,
      }),
      'names',
    ),
    fresh: asFlag('How current the answer is. Default: exact.', 'exact, scan, cache or a duration', parsers.fresh),
    reason: reasonShape(parsers),
    dryRun: truth('Only plan and report. Default: false.'),
    retryFor: duration('How long a cluster that cannot be reached is tried again. Default: 1h.', {
      max: 168 * hourMs,
      zero: true,
    }),
    coalesce: duration('How long an event waits for others of its repository. Default: 2s.', {max: hourMs, zero: true}),
  }
}

function reasonShape(parsers: RuleParsers): Shape<string> {
  return mapped(text('The reason, recorded with each run.', {maxLength: 4_000}), (value, item, reader) => {
    const reason = parsed(() => parsers.reason(value), item, reader)
    if (reason === '') throw reader.wrong(item, 'has no value')
    if (reason.startsWith('-')) throw reader.wrong(item, 'must not begin with "-": a command line reads that as a flag')
    return reason
  })
}

/** Nothing can be asked of a service. */
const pauseWithoutUser =
  ({pause}: RuleParsers) =>
  (value: string) =>
    value === 'ask' ? undefined : pause(value)

function check({tags, prereleases, contexts, groups}: Omit<Rule, 'name'>, item: Item, reader: YamlReader): void {
  if (groups.length === 0 && contexts.every((pattern) => pattern.startsWith('!'))) {
    throw reader.wrong(item, 'includes no contexts: it needs "contexts" or "groups"', ['contexts: ["*"]  for all'])
  }
  if (prereleases && (tags === undefined || !('semver' in tags))) {
    const key = reader.items(item).find((each) => each.name === 'prereleases') ?? item
    throw reader.wrong(key, 'has no effect without "tags.semver"')
  }
}

/** The shape of a rules file. */
export function rulesShape(types: readonly string[], parsers: RuleParsers) {
  return mapping(
    'What events come from, and what is done about a pushed image.',
    {
      sources: list('The senders of events.', sourceShape(types), {of: 'sources', min: 1, max: 100}),
      rules: list('The first one that matches is used.', ruleShape(parsers), {of: 'rules', min: 1, max: 1_000}),
    },
    {},
  )
}

/** The JSON Schema of a rules file. */
export function rulesSchema(types: readonly string[], parsers: RuleParsers): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The rules of "hubspoke listen"',
    ...rulesShape(types, parsers).schema,
  }
}
