import type {Clock} from '../../shared/clock.ts'
import {formatDuration} from '../../shared/duration.ts'
import {objectAt, textAt} from '../json-fields.ts'
import type {Page} from './list-question.ts'

/** Five million objects in pages of 500: no real list is that long. */
const maxPages = 10_000

/** The time for all pages of a list after its first, in milliseconds, and per object received. */
const [listMs, objectMs] = [60_000, 50]

/** Checks that the pages of one list belong together, from the first to the last. */
export interface PageCheck {
  /** Why the next page cannot belong to the pages before it; undefined: it does. */
  problemOf(page: Page): string | undefined
}

/**
 * The pages of one list have one version, no object twice and no token twice, and together the number of objects that the
 * first of them announced (the API's `remainingItemCount`; without a selector it is exact, as all pages are of one
 * version). A slow list that makes no progress has a time limit, too; the first page has the limit of its request.
 */
export function checkPages(clock: Pick<Clock, 'now'>): PageCheck {
  const tokens = new Set<string>()
  const uids = new Set<string>()
  let count = 0
  let version: string | undefined
  let promised: number | undefined
  let startedAt: number | undefined

  function countProblem({items, remaining, continue: token}: Page): string | undefined {
    for (const item of items) {
      const uid = textAt(objectAt(item, 'metadata'), 'uid')
      if (uid !== '' && uids.has(uid)) return 'an object is in it twice'
      uids.add(uid)
    }
    count += items.length
    if (remaining !== undefined) promised ??= count + remaining
    if (promised === undefined) return undefined
    if (count > promised) return 'it has more objects than it promised'
    return token === '' && count < promised ? 'it has fewer objects than it promised' : undefined
  }

  function tokenProblem({continue: token}: Page): string | undefined {
    if (token === '') return undefined
    if (tokens.has(token)) return 'its pages repeat a continue token'
    tokens.add(token)
    return tokens.size < maxPages ? undefined : 'its pages do not end'
  }

  function timeProblem({continue: token}: Page): string | undefined {
    startedAt ??= clock.now()
    const allowedMs = listMs + count * objectMs
    if (token === '' || clock.now() - startedAt <= allowedMs) return undefined
    return `its pages do not end (${count} objects in ${formatDuration(clock.now() - startedAt)})`
  }

  return {
    problemOf(page) {
      version ??= page.resourceVersion
      if (page.resourceVersion !== version) return 'its pages have different resourceVersions'
      return countProblem(page) ?? tokenProblem(page) ?? timeProblem(page)
    },
  }
}
