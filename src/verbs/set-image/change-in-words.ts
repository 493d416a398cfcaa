import {isNewerImage} from '../../image/version.ts'
import type {ContainerImage} from '../../model/workload.ts'
import {listOf} from '../../shared/words.ts'
import {imageFor, isSameImage, type NewImage} from './new-image.ts'

/** `app and migrate ghcr.io/acme/web:1.0 → :1.1`, for the plan: containers with the same image together. */
export function changeInWords(
  newImage: NewImage,
  matched: readonly ContainerImage[],
  {onlyNewer}: {readonly onlyNewer: boolean},
): string {
  const byImage = [...Map.groupBy(matched, ({image}) => image)]
  return byImage
    .map(([image, containers]) => {
      const names = listOf(containers.map(({container}) => container))
      const wanted = imageFor(newImage, image)
      const left = onlyNewer && !isNewerImage(wanted, image) ? '(no older version: it stays)' : undefined
      const change = isSameImage(wanted, image) ? '(set already)' : (left ?? `→ ${shortened(newImage.text)}`)
      return `${names} ${shortened(image)} ${change}`
    })
    .join('; ')
}

/** Twelve characters tell digests apart, as in the output of container tools. */
function shortened(image: string): string {
  return image.replace(/(@sha\d+:[0-9a-f]{12})[0-9a-f]+/, '$1…')
}
