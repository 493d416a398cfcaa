import {objectAt, objectsAt, textAt} from '../json-fields.ts'

/** The extension of a cluster entry that is handed to exec plugins with `provideClusterInfo`. */
const extensionName = 'client.authentication.k8s.io/exec'

/**
 * What the clusters of a kubeconfig have to say to exec plugins, by the cluster's name. Unlike all else in a kubeconfig its
 * values have types of their own, so the text is read once more, where there is any.
 *
 * @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster
 */
export async function readExecConfigs(text: string): Promise<ReadonlyMap<string, unknown>> {
  if (!text.includes(extensionName)) return new Map()
  const {parse} = await import('yaml')
  const clusters = objectsAt(parse(text, {schema: 'core', merge: true, logLevel: 'silent'}), 'clusters')
  return new Map(
    clusters.flatMap((entry) =>
      objectsAt(objectAt(entry, 'cluster'), 'extensions')
        .filter((extension) => textAt(extension, 'name') === extensionName)
        .map(({extension}) => [textAt(entry, 'name'), extension] as const),
    ),
  )
}
