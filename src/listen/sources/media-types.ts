/** Manifests and indexes that container runtimes run. */
const manifests = new Set([
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
])

/** Configurations of images. A chart, a policy or a signature is an OCI manifest, too, with a configuration of another type. */
const configurations = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
])

/** The content of signatures, attestations and lists of components, in manifests with the configuration of an image. */
const attached = /^application\/(vnd\.dev\.(cosign|sigstore)\.|vnd\.in-toto|vnd\.dsse|spdx|vnd\.cyclonedx)/

/** Is it the media type of the manifest, the index or the configuration of an image? */
export function isImage(mediaType: string): boolean {
  const [type = ''] = mediaType.toLowerCase().split(';', 1)
  return manifests.has(type.trim()) || configurations.has(type.trim())
}

/**
 * What a manifest refers to, as media types: the one that makes it something else than an image; undefined for an image, and
 * where nothing is known.
 */
export function foreignPart(mediaType: string, parts: readonly string[]): string | undefined {
  const hasConfiguration = /\.image\.manifest\.v1\+json$|\.distribution\.manifest\.v2\+json$/.test(mediaType)
  if (!hasConfiguration) return undefined
  const content = parts.find((type) => attached.test(type))
  if (content !== undefined) return content
  return parts.some((type) => configurations.has(type)) ? undefined : parts[0]
}
