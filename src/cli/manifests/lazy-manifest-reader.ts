import type {Clock} from '../../shared/clock.ts'
import type {ManifestReader} from '../../verbs/apply/manifest-reader.ts'
import type {Input} from '../process/input.ts'

export interface ManifestReaderDeps {
  readonly input: Input
  /** Of this process, for kubectl. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Pick<Clock, 'now' | 'sleep'>
}

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
