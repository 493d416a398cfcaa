import {Args} from '@oclif/core'
import {type ImageQuery, parseImageQuery} from '../../discovery/image/image-query.ts'
import {isProblem} from '../../discovery/problem.ts'
import {HubspokeError} from '../../model/failure.ts'

/** @throws HubspokeError of class `usage` for what names no image */
export function imageQueryOf(text: string): ImageQuery {
  const query = parseImageQuery(text)
  if (!isProblem(query)) return query
  throw new HubspokeError('usage', query.problem, {
    suggestions: ['nginx', 'ghcr.io/acme/web:1.4.2', "'ghcr.io/acme/web:1.4.*'", 'sha256:…  (any of these forms)'],
  })
}

/** IMAGE. oclif would take one that is missing from stdin, and so act on a line of somebody's loop. */
export const imageArg = Args.string({
  name: 'IMAGE',
  required: true,
  ignoreStdin: true,
  description: 'Reference, repository, tag glob or digest.',
})
