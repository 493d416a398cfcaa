import {objectAt, objectsAt, textAt} from '../json-fields.ts'

/** The extension of a cluster entry that is passed to exec plugins with `provideClusterInfo`. */
export const execExtension = 'client.authentication.k8s.io/exec'

/**
 * The `config` that the clusters of a kubeconfig have for exec plugins, by the cluster's name. Unlike everything else in a
 * kubeconfig its values keep their types, so the text is parsed a second time, if there is any.
 *
 * @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster
 */
export async function readExecConfigs(text: string): Promise<ReadonlyMap<string, unknown>> {
  if (!text.includes(execExtension)) return new Map()
  const {parse} = await import('yaml')
  const clusters = objectsAt(parse(text, {schema: 'core', merge: true, logLevel: 'silent'}), 'clusters')
  return new Map(
    clusters.flatMap((entry) =>
      objectsAt(objectAt(entry, 'cluster'), 'extensions')
        .filter((extension) => textAt(extension, 'name') === execExtension)
        .map(({extension}) => [textAt(entry, 'name'), extension] as const),
    ),
  )
}
