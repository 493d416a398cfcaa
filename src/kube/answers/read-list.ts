import type {Api} from '../api.ts'
import {unexpectedAnswer} from '../errors.ts'
import type {JsonObject} from '../json-fields.ts'
import {type ListQuestion, onePage} from './list-question.ts'
import {checkPages} from './page-check.ts'
import type {Resource} from './resource.ts'

/** All objects of a list, from its first page to its last. Rejects if the pages do not form one complete list. */
export async function readList(
  api: Api,
  resource: Resource,
  {query, ...question}: ListQuestion,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = []
  const check = checkPages(api.clock)
  let token: string | undefined
  do {
    const page = await api.get(onePage(resource, {...question, query: {...query, continue: token}}), signal)
    const problem = check.problemOf(page)
    if (problem !== undefined) throw unexpectedAnswer(api.party, problem)
    items.push(...page.items)
    token = page.continue || undefined
  } while (token !== undefined)
  return items
}
