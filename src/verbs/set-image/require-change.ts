import type {ImageQuery} from '../../image/image-query.ts'
import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'
import type {NewImage} from './new-image.ts'

/**
 * Refuses a NEW that is no change of what IMAGE matches, and one of another repository unless that is allowed.
 *
 * @throws HubspokeError of class `usage`
 */
export function requireChange(
  query: ImageQuery,
  newImage: NewImage,
  {allowRepositoryChange}: {readonly allowRepositoryChange: boolean},
): void {
  const {text, repository} = newImage
  const queried = query.repository && `${query.repository.domain.toLowerCase()}/${query.repository.path}`
  const isKept = repository === undefined || repository === queried
  if (isKept && isAll(query, newImage)) {
    throw new HubspokeError(
      'usage',
      `Every container that matches ${quoted(query.text)} runs ${quoted(text)} already.`,
      {
        suggestions: [`hubspoke restart ${query.text}  to replace the pods without a change`],
      },
    )
  }
  if (isKept || allowRepositoryChange) return
  const message =
    queried === undefined
      ? `${quoted(query.text)} matches any repository, so that ${quoted(text)} may be of another one.`
      : `${quoted(text)} is of another repository than ${quoted(query.text)}.`
  const relative = text.slice(text.lastIndexOf('/') + 1).replace(/^[^:@]*/, '')
  throw new HubspokeError('usage', message, {
    suggestions: ['--allow-repository-change  if that is intended', `${relative}  to keep the repository`],
  })
}

/** Can every image that the query matches only be the new one? */
function isAll({tags = [], digest}: ImageQuery, newImage: NewImage): boolean {
  const isOfTag = tags.length > 0 && tags.every((tag) => tag === newImage.tag)
  if (newImage.digest !== undefined) return digest === newImage.digest && (newImage.tag === undefined || isOfTag)
  return isOfTag
}
