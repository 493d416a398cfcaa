import type {Manifest} from '../../manifests/manifest.ts'
import {manifestsDigest} from '../../manifests/manifests-digest.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {ApplyArgs} from './apply-args.ts'
import type {ManifestReader} from './manifest-reader.ts'

/**
 * The manifests of a run. Rejects with a `HubspokeError` of class `usage` if they are no longer those that were planned: a
 * retry would apply to some clusters what others do not have.
 */
export async function unchangedManifests(
  {source, digest}: Pick<ApplyArgs, 'source' | 'digest'>,
  manifests: ManifestReader,
): Promise<readonly Manifest[]> {
  const found = await manifests.read(source)
  if (digest === '' || manifestsDigest(found) === digest) return found
  throw new HubspokeError('usage', 'The manifests were changed since this run was planned. Nothing was written.', {
    suggestions: ['hubspoke apply -f FILE …  as a run of its own', 'restore the files, and repeat the command'],
  })
}
