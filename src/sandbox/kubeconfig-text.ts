import {stringify} from 'yaml'

/** One context of a cluster. */
export interface KubeconfigContext {
  readonly name: string
  readonly namespace?: string
  readonly cluster: string
  readonly token: string
}

export interface KubeconfigCluster {
  readonly name: string
  readonly server: string
  /** PEM. */
  readonly ca: string
}

/** A kubeconfig with everything inline; the first context is the current one, users are named after their contexts. */
export function kubeconfigText(clusters: readonly KubeconfigCluster[], contexts: readonly KubeconfigContext[]): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: clusters.map(({name, server, ca}) => ({
        name,
        cluster: {server, 'certificate-authority-data': Buffer.from(ca).toString('base64')},
      })),
      users: contexts.map(({name, token}) => ({name, user: {token}})),
      contexts: contexts.map(({name, namespace, cluster}) => ({
        name,
        context: {cluster, user: name, ...(namespace === undefined ? {} : {namespace})},
      })),
      'current-context': contexts[0]?.name ?? '',
      preferences: {},
    },
    {lineWidth: 0},
  )
}
