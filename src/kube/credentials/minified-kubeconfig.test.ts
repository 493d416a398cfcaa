import {expect, test} from 'vitest'
import type {ContextRef} from '../../model/cluster.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type KubeconfigEntries, parseKubeconfig} from './kubeconfig-file.ts'
import {minifiedKubeconfig} from './minified-kubeconfig.ts'
import {resolveContext} from './resolve-context.ts'

const text = `
apiVersion: v1
kind: Config
current-context: other
clusters:
- name: eu
  cluster:
    server: https://eu.test:6443/base
    certificate-authority: ca/eu.pem
    tls-server-name: eu.internal
    proxy-url: socks5://localhost:1080
    insecure-skip-tls-verify: false
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: eu, retries: 3}
- name: other
  cluster: {server: 'https://other.test', certificate-authority-data: b3RoZXI=, insecure-skip-tls-verify: true}
users:
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [--cluster, eu]
      env: [{name: PROFILE, value: prod}]
      interactiveMode: Never
      provideClusterInfo: true
      installHint: install it
    as: ada
    as-uid: 0123
    as-groups: [ops]
    as-user-extra: {why: [incident]}
- name: files
  user: {client-certificate: eu.crt, client-key-data: a2V5, tokenFile: /var/token, username: u, password: 'p"w'}
- name: provider
  user: {auth-provider: {name: oidc, config: {id-token: t, idp-issuer-url: 'https://id.test'}}}
- name: bystander
  user: {token: of-somebody-else}
contexts:
- name: prod-eu
  context: {cluster: eu, user: plugin, namespace: shop}
- name: with-files
  context: {cluster: other, user: files}
- name: with-provider
  context: {cluster: eu, user: provider}
- name: without-user
  context: {cluster: eu}
`

const contextOf = (entries: KubeconfigEntries, name: string): ContextRef => {
  const {cluster, namespace} = entries.contexts.get(name)!
  return {name, namespace, server: entries.clusters.get(cluster)!.server}
}

test.each(['prod-eu', 'with-files', 'with-provider', 'without-user'])(
  'the context %s leads to the same cluster with the same credentials, and there is no other one',
  async (name) => {
    const entries = await parseKubeconfig(text, '/home/ada/.kube/config')
    const context = contextOf(entries, name)
    const resolved = resolveContext(entries, context)
    if (resolved instanceof HubspokeError) throw resolved
    const minified = minifiedKubeconfig(resolved, context.namespace)
    const again = await parseKubeconfig(minified, '/run/other/folder/config')
    expect([...again.contexts.keys()]).toEqual([name])
    expect(again.currentContext).toBe(name)
    expect(resolveContext(again, contextOf(again, name))).toEqual(resolved)
    expect(contextOf(again, name)).toEqual(context)
    expect(minified).not.toContain('of-somebody-else')
  },
)
