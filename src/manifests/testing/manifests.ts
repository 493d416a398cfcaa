import type {JsonRecord, Manifest} from '../manifest.ts'
import {parseManifests} from '../parse-manifests.ts'

/** The manifests of a text, as of the file `a.yaml`. */
export function parsed(text: string): readonly Manifest[] {
  return parseManifests(text, 'a.yaml')
}

export function manifest(apiVersion: string, kind: string, name = 'one', more: JsonRecord = {}): Manifest {
  const [found] = parsed(JSON.stringify({apiVersion, kind, metadata: {name}, ...more}))
  if (found === undefined) throw new Error('there is no manifest')
  return found
}
