import {HubspokeError} from '../model/failure.ts'
import {printable} from '../shared/printable.ts'
import {groupOf, type Manifest, partName, placeText} from './manifest.ts'

/**
 * Returns the manifests, if there are any and each describes another object. The version of the API does not matter: one
 * object may be written in several.
 *
 * @throws HubspokeError of class `usage`
 */
export function requireDistinct(manifests: readonly Manifest[]): readonly Manifest[] {
  if (manifests.length === 0) throw new HubspokeError('usage', 'There is no object in the files.')
  const seen = new Map<string, Manifest>()
  for (const manifest of manifests) {
    const {kind, name, namespace} = manifest
    const identity = JSON.stringify([groupOf(manifest), kind, namespace, name])
    const first = seen.get(identity)
    if (first !== undefined) {
      const places = `${placeText(first.origin)}, and in ${placeText(manifest.origin)}`
      throw new HubspokeError('usage', `${printable(partName(manifest, namespace))} is there twice: in ${places}.`)
    }
    seen.set(identity, manifest)
  }
  return manifests
}
