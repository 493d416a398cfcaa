import type {ManifestReader} from '../../verbs/apply/manifest-reader.ts'
import type {ManifestReaderDeps} from './manifest-reader-deps.ts'

/** Loads the reader, and with it the YAML parser, when the first manifests are read. */
export function lazyManifestReader(deps: ManifestReaderDeps): ManifestReader {
  let reader: Promise<ManifestReader> | undefined
  return {
    async read(request) {
      reader ??= import('./manifest-reader.ts').then(({createManifestReader}) => createManifestReader(deps))
      return (await reader).read(request)
    },
  }
}
