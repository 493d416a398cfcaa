import {readFileSync, writeFileSync} from 'node:fs'
import {stringify} from 'yaml'
import {type Credentials, readCredentials} from './raw-client.ts'

export interface KubeconfigContext {
  readonly name: string
  readonly credentials: Credentials
  readonly namespace?: string
}

/** Writes a kubeconfig with everything inline; the first context is the current one. */
export function writeKubeconfig(path: string, contexts: readonly KubeconfigContext[]): void {
  const inline = (text: string | undefined): string | undefined => text && Buffer.from(text).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0]?.name ?? '',
    clusters: contexts.map(({name, credentials: {server, ca, servername}}) => ({
      name,
      cluster: {server, 'certificate-authority-data': inline(ca), 'tls-server-name': servername},
    })),
    users: contexts.map(({name, credentials: {cert, key, token}}) => ({
      name,
      user: {'client-certificate-data': inline(cert), 'client-key-data': inline(key), token},
    })),
    contexts: contexts.map(({name, namespace}) => ({name, context: {cluster: name, user: name, namespace}})),
  }
  // Through JSON, which leaves out what is undefined: YAML would write it as null.
  writeFileSync(path, stringify(JSON.parse(JSON.stringify(config))), {mode: 0o600})
}

/** One kubeconfig for several clusters; each context has the name of its cluster. */
export function mergeKubeconfigs(
  path: string,
  clusters: readonly {readonly name: string; readonly kubeconfigPath: string}[],
): void {
  const contexts = clusters.map(({name, kubeconfigPath}) => ({
    name,
    credentials: readCredentials(readFileSync(kubeconfigPath, 'utf8')),
  }))
  writeKubeconfig(path, contexts)
}

/** A copy of the kubeconfig `from`, current context only, that goes to another server: a proxy in front of the real one. */
export function redirectKubeconfig(
  path: string,
  from: {readonly name: string; readonly kubeconfigPath: string},
  server: string,
): void {
  const credentials = readCredentials(readFileSync(from.kubeconfigPath, 'utf8'))
  writeKubeconfig(path, [{name: from.name, credentials: {...credentials, server}}])
}
