import semver from 'semver'
import {globMatches} from '../../image/glob.ts'
import {isProblem} from '../../shared/problem.ts'
import type {Rule} from './rule-file.ts'
import {parseTagPattern} from './tag-pattern.ts'

/** The part of a rule that decides about tags. */
export type TagChoice = Pick<Rule, 'tags' | 'prereleases'>

/** Is it a tag, by the grammar of image references? */
export function isTag(text: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(text)
}

/** A version as semver.org defines it, with or without a `v` before it: `1.4.2`, `v1.4.2-rc.1`; not `1.4`, not `latest`. */
export function isVersion(tag: string): boolean {
  return isTag(tag) && semver.parse(tag) !== null
}

/**
 * Is the tag one that the rule is about? Without `tags` it is. Never throws; the time is bounded for any tag.
 *
 * A range includes a prerelease only where `prereleases` says so, or where the range names a prerelease of the same version.
 */
export function acceptsTag({tags, prereleases}: TagChoice, tag: string): boolean {
  if (!isTag(tag)) return false
  if (tags === undefined) return true
  if ('semver' in tags) return isVersion(tag) && semver.satisfies(tag, tags.semver, {includePrerelease: prereleases})
  if ('glob' in tags) return globMatches(tags.glob, tag)
  const pattern = parseTagPattern(tags.regex)
  return !isProblem(pattern) && pattern.matches(tag)
}

/**
 * May a workload that runs `fromTag` get `toTag`? `toTag` must be one of the rule.
 *
 * A version replaces only a smaller version, never a tag that is none: whether that one is older is unknown. A tag that is no
 * version has no order: it replaces any other tag.
 */
export function isUpgrade(rule: TagChoice, fromTag: string, toTag: string): boolean {
  if (!acceptsTag(rule, toTag)) return false
  return isVersion(toTag) ? isVersion(fromTag) && semver.gt(toTag, fromTag) : toTag !== fromTag
}

/**
 * The tag to set among those of coalesced events, in the order in which they were pushed: the greatest version, or the last one
 * if any of them is no version. Undefined: none of them is a tag of the rule.
 */
export function bestTag(rule: TagChoice, tags: readonly string[]): string | undefined {
  const accepted = tags.filter((tag) => acceptsTag(rule, tag))
  if (!accepted.every(isVersion)) return accepted.at(-1)
  return accepted.reduce<string | undefined>(
    (best, tag) => (best === undefined || semver.gte(tag, best) ? tag : best),
    undefined,
  )
}
