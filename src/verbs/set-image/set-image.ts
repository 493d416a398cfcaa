import {canonicalQuery, imageQueryOf} from '../../image/image-query.ts'
import {listOf} from '../../shared/words.ts'
import {textArgument} from '../text-argument.ts'
import type {Verb} from '../verb.ts'
import {targetNeeds} from '../workloads/target-needs.ts'
import {readSnapshot} from '../workloads/template-snapshot.ts'
import {templateSpoke} from '../workloads/template-spoke.ts'
import {changeInWords} from './change-in-words.ts'
import {canonicalNew, newImageOf, requireVersion} from './new-image.ts'
import {ownedRemarks} from './owned-images.ts'
import {requireChange} from './require-change.ts'
import {decideSetImage, type SetImageAim} from './set-image-decision.ts'

/** As they were typed. */
interface SetImageArgs {
  /** An image query. */
  readonly image: string
  readonly newImage: string
  readonly allowRepositoryChange: boolean
  /** Also where another controller reconciles the workload. */
  readonly overrideOwner: boolean
  /** Only where the new tag is a newer version. */
  readonly onlyNewer: boolean
}

/** The name under which a ledger records that the repository may change: that of the flag. */
export const repositoryChange = 'allow-repository-change'

/** The same for workloads that another controller reconciles. */
export const ownerOverride = 'override-owner'

/** The same for containers that run the same or a newer version. */
export const newerOnly = 'only-newer'

/** `kubectl set image` of the matching containers of every workload that runs an image. */
export const setImage: Verb<SetImageArgs> = {
  name: 'set-image',
  targetType: 'workload',
  retry: 'safe',
  reverts: true,
  parse(recorded) {
    const query = imageQueryOf(textArgument(recorded, 'image'))
    const newImage = newImageOf(textArgument(recorded, 'new'))
    const allowRepositoryChange = recorded[repositoryChange] === true
    requireChange(query, newImage, {allowRepositoryChange})
    const overrideOwner = recorded[ownerOverride] === true
    const onlyNewer = recorded[newerOnly] === true
    if (onlyNewer) requireVersion(newImage)
    return {image: query.text, newImage: newImage.text, allowRepositoryChange, overrideOwner, onlyNewer}
  },
  canonical: ({image, newImage, onlyNewer}) => ({
    image: canonicalQuery(imageQueryOf(image)),
    new: canonicalNew(newImageOf(newImage)),
    ...(onlyNewer && {[newerOnly]: 'true'}),
  }),
  words: ({image, newImage, allowRepositoryChange, overrideOwner, onlyNewer}) => [
    image,
    newImage,
    ...(allowRepositoryChange ? [`--${repositoryChange}`] : []),
    ...(overrideOwner ? [`--${ownerOverride}`] : []),
    ...(onlyNewer ? [`--${newerOnly}`] : []),
  ],
  text: ({image, newImage}) => ({
    heading: `set the image to ${newImage} where ${image} runs`,
    unfinished: `set the image to ${newImage} where ${image} runs and is not yet in the desired state`,
    question: 'Set the image of',
    again: 'the change of image of',
    target: 'workload',
    place: 'cluster',
  }),
  needs: targetNeeds('set-image'),
  change: ({newImage, onlyNewer}, {matched}) => changeInWords(newImageOf(newImage), matched, {onlyNewer}),
  remarks: async ({overrideOwner}, plan) => ownedRemarks(plan, {overrideOwner}),
  before: (snapshot) => imagesInWords(readSnapshot(snapshot)?.images ?? new Map()),
  spoke({image, newImage, ...more}, env) {
    const {overrideOwner, onlyNewer} = more
    const aim: SetImageAim = {
      ...{mark: env.mark, query: imageQueryOf(image), newImage: newImageOf(newImage)},
      ...{overrideOwner, onlyNewer},
    }
    return templateSpoke(
      {
        verb: 'set-image',
        done: 'ImageSet',
        decide: (target, state) => decideSetImage(target, state, aim),
        alreadyDone: 'this run has set its image already',
      },
      env,
    )
  },
}

/** `app ghcr.io/acme/web:1.0`, by container. Undefined: there is none. */
function imagesInWords(images: ReadonlyMap<string, string>): string | undefined {
  if (images.size === 0) return undefined
  return listOf([...images].map(([container, image]) => `${container} ${image}`))
}
