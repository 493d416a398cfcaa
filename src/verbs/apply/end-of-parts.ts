import {HubspokeError} from '../../model/failure.ts'
import type {Part} from '../../model/result.ts'
import type {Settled} from '../../model/spoke.ts'
import {countOf, listOf} from '../../shared/words.ts'

interface Ending {
  /** What ended the attempt before its last object. */
  readonly fatal: unknown
  /** What another attempt may not have. */
  readonly troubles: readonly HubspokeError[]
  readonly dryRun: boolean
}

/**
 * The end of a cluster from those of its objects.
 *
 * @throws HubspokeError where another attempt may do better
 */
export function endOfParts(parts: readonly Part[], {fatal, troubles, dryRun}: Ending): Settled {
  const trouble = fatal instanceof HubspokeError ? fatal : troubles[0]
  if (trouble !== undefined) throw ofCluster(trouble, parts)
  const failed = parts.filter(({outcome}) => outcome === 'failed')
  const [first] = failed
  if (first === undefined) {
    const isUnchanged = parts.every(({outcome}) => outcome === 'unchanged')
    return {outcome: isUnchanged ? 'unchanged' : 'succeeded', reason: doneWords(parts, {dryRun})}
  }
  const message = `${failed.length} of ${countOf(parts.length, 'object')} ${failed.length === 1 ? 'was' : 'were'} not applied: ${first.name}: ${first.reason}`
  const suggestions = [...new Set(failed.flatMap(({failure}) => failure?.suggestions ?? []))].slice(0, 3)
  return {
    outcome: 'failed',
    reason: message,
    failure: {class: first.failure?.class ?? 'rejected', message, suggestions},
  }
}

/** The trouble, with what is known of the objects: a write whose end is unknown keeps the end of the cluster unknown. */
function ofCluster(trouble: HubspokeError, parts: readonly Part[]): HubspokeError {
  const {failureClass, message, suggestions, retryAfterMs} = trouble
  if (failureClass === 'internal') return trouble
  const isOpen = parts.some(({outcome}) => outcome === 'unverified')
  return new HubspokeError(failureClass, message, {
    suggestions,
    observed: !isOpen,
    ...(retryAfterMs !== undefined && {retryAfterMs}),
  })
}

/** `214 objects: 2 created, 1 changed and 211 unchanged`, `214 objects unchanged`. */
function doneWords(parts: readonly Part[], {dryRun}: Pick<Ending, 'dryRun'>): string {
  const created = parts.filter(({reason}) => reason.includes('created')).length
  const unchanged = parts.filter(({outcome}) => outcome === 'unchanged').length
  const changed = parts.length - created - unchanged
  const counts = [
    {count: created, word: dryRun ? 'would be created' : 'created'},
    {count: changed, word: dryRun ? 'would be changed' : 'changed'},
    {count: unchanged, word: 'unchanged'},
  ].filter(({count}) => count > 0)
  const objects = countOf(parts.length, 'object')
  const [first, ...others] = counts
  if (first !== undefined && others.length === 0) return `${objects} ${first.word}`
  return `${objects}: ${listOf(counts.map(({count, word}) => `${count} ${word}`))}`
}
