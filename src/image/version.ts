import semver from 'semver'
import {effectiveTag, isImageReference, parseImageReference} from './image-ref.ts'

/** A version as semver.org defines it, with or without a `v` before it: `1.4.2`, `v1.4.2-rc.1`; not `1.4`, not `latest`. */
export function isVersion(tag: string): boolean {
  return tag.length <= 128 && semver.parse(tag) !== null
}

/** Is the tag of `image` a newer version than that of `than`? False where one of them is no version. */
export function isNewerImage(image: string, than: string): boolean {
  const [newer, older] = [versionOf(image), versionOf(than)]
  return newer !== undefined && older !== undefined && semver.gt(newer, older)
}

function versionOf(image: string): string | undefined {
  const reference = parseImageReference(image)
  const tag = isImageReference(reference) ? effectiveTag(reference) : undefined
  return tag !== undefined && isVersion(tag) ? tag : undefined
}
