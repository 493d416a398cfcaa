import {matches} from '../../image/image-query.ts'
import {digestProblem, isImageReference, parseImageReference} from '../../image/image-ref.ts'
import {externalText} from '../../shared/external-text.ts'
import type {PushEvent} from '../push-event.ts'
import type {Rule} from './rule-file.ts'
import {acceptsTag, isTag, isUpgrade} from './tag-rule.ts'

/** What is known of earlier events. */
export interface Last {
  /** The tag of this repository that the rule set last. Only `set-image` looks at it. */
  readonly tag?: string
  /** The digest that this repository had under the tag of the event when it was last acted on. */
  readonly digest?: string
}

/** The rule of an event, or the sentence that says why nothing is done. The sentence is safe to print. */
export type Decision = {readonly rule: Rule} | {readonly ignored: string}

/** Decides about one event: the first rule whose image and tags match is its rule, and no later one is. Never throws. */
export function decide(rules: readonly Rule[], event: PushEvent, last: Last = {}): Decision {
  const invalid = invalidPart(event)
  if (invalid !== undefined) return {ignored: invalid}
  const {repository, tag, digest} = event
  const name = externalText(`${repository}:${tag}`)
  if (tag === undefined) {
    return {ignored: `${externalText(repository)} was pushed by digest: rules are about tags.`}
  }
  const named = rules.filter(({image}) => matches(image, `${repository}:${tag}`))
  const rule = named.find((each) => acceptsTag(each, tag))
  if (rule === undefined) return {ignored: noRule(name, named)}
  if (digest !== undefined && digest === last.digest) {
    return {ignored: `${name} has had this digest since an earlier event.`}
  }
  if (rule.do === 'set-image' && last.tag !== undefined && !isUpgrade(rule, last.tag, tag)) {
    return {ignored: `${name} is no upgrade of ${externalText(last.tag)}, which the rule "${rule.name}" set before.`}
  }
  return {rule}
}

function noRule(name: string, named: readonly Rule[]): string {
  const [first] = named
  if (first === undefined) return `No rule is about ${name}.`
  return `The rule "${first.name}" is about the image of ${name}, but not about its tag.`
}

/** A source may be mistaken, or hostile. */
function invalidPart({repository, tag, digest}: PushEvent): string | undefined {
  const reference = parseImageReference(repository)
  if (!isImageReference(reference)) return externalText(reference.problem)
  if (reference.tag !== undefined || reference.digest !== undefined) {
    return `${externalText(repository)} is not a repository: it has a tag or a digest.`
  }
  if (tag !== undefined && !isTag(tag))
    return `${externalText(repository)} was pushed with an invalid tag: ${externalText(tag)}.`
  const problem = digest === undefined ? undefined : digestProblem(digest)
  return problem && externalText(problem)
}
