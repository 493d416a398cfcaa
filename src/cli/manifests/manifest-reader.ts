import type {Manifest} from '../../manifests/manifest.ts'
import {parseManifests} from '../../manifests/parse-manifests.ts'
import {requireDistinct} from '../../manifests/require-distinct.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {ManifestReader, ManifestRequest} from '../../verbs/apply/manifest-reader.ts'
import {findFiles} from './find-files.ts'
import type {ManifestReaderDeps} from './manifest-reader-deps.ts'
import {readManifestFile, readManifestStdin} from './read-manifest-file.ts'
import {runKustomize} from './run-kustomize.ts'

const mostObjects = 5_000

export function createManifestReader(deps: ManifestReaderDeps): ManifestReader {
  const read = new Map<string, Promise<readonly Manifest[]>>()
  return {
    read(request) {
      const key = JSON.stringify([request.files, request.kustomizations, request.recursive])
      const known = read.get(key) ?? readAll(request, deps)
      read.set(key, known)
      return known
    },
  }
}

async function readAll(request: ManifestRequest, deps: ManifestReaderDeps): Promise<readonly Manifest[]> {
  if (request.files.filter((file) => file === '-').length > 1) {
    throw new HubspokeError('usage', 'stdin ("-") can be read only once.')
  }
  const manifests: Manifest[] = []
  for await (const {text, file} of texts(request, deps)) {
    manifests.push(...parseManifests(text, file))
    if (manifests.length > mostObjects) {
      throw new HubspokeError(
        'usage',
        `The files have more than ${mostObjects} objects, the most that one run applies.`,
      )
    }
  }
  return requireDistinct(manifests)
}

interface NamedText {
  readonly text: string
  readonly file: string
}

async function* texts(request: ManifestRequest, deps: ManifestReaderDeps): AsyncGenerator<NamedText> {
  for (const path of request.files) {
    if (path === '-') yield {text: await readManifestStdin(deps.input), file: 'stdin'}
    else for (const file of await findFiles(path, request)) yield {text: await readManifestFile(file, deps.clock), file}
  }
  for (const folder of request.kustomizations) {
    yield {text: await runKustomize(folder, deps), file: `kubectl kustomize ${folder}`}
  }
}
