import semver from 'semver'
import {isProblem} from '../../shared/problem.ts'
import {mapping} from '../../yaml/compound-shapes.ts'
import {mapped, type Shape, text} from '../../yaml/shape.ts'
import {invalid} from './common-rules.ts'
import type {TagRule} from './rule-file.ts'
import {longestPattern, parseTagPattern} from './tag-pattern.ts'

const versions = mapped(
  text('A range of versions, as npm reads it: "^1.4", ">=2 <4".', {maxLength: 200}),
  (range, item, reader) => {
    if (semver.validRange(range) === null) throw reader.wrong(item, 'must be a range of versions as "^1.4"')
    if (semver.minVersion(range) === null) throw reader.wrong(item, 'is a range without any version')
    return range
  },
)

const glob = text('A glob over the whole tag: "1.4.*".', {
  pattern: /^[\w.*?-]{1,128}$/,
  means: 'a tag, with "*" for any text and "?" for one character',
  maxLength: 128,
})

const regex = mapped(
  text('A regular expression for the whole tag: "1\\.4\\.\\d+".', {maxLength: longestPattern}),
  (expression, item, reader) => {
    const pattern = parseTagPattern(expression)
    if (isProblem(pattern)) throw invalid(item, reader, pattern.problem)
    return expression
  },
)

const anyTags = mapped(
  mapping(
    'Which pushed tags the rule is about: exactly one of "semver", "glob" and "regex".',
    {},
    {
      semver: versions,
      glob,
      regex,
    },
  ),
  (given, item, reader): TagRule => {
    if (Object.keys(given).length !== 1) {
      throw reader.wrong(item, 'must have exactly one of "semver", "glob" and "regex"')
    }
    return given as TagRule
  },
)

/** The key `tags` of a rule. */
export const tagsShape: Shape<TagRule> = {...anyTags, schema: {...anyTags.schema, minProperties: 1, maxProperties: 1}}
