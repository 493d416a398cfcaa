import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {writeKubeconfig} from './kubeconfig-files.ts'
import type {RawClient} from './raw-client.ts'
import type {RealCluster} from './real-cluster.ts'

/** A service account with only the permissions that a test grants. */
export interface ServiceAccount {
  /** Kubeconfig with one context, named after the account. */
  readonly kubeconfig: string
  readonly client: RawClient
}

/** Creates a service account in a namespace that exists, and signs in as it. */
export async function createServiceAccount(
  cluster: RealCluster,
  namespace: string,
  name: string,
): Promise<ServiceAccount> {
  await cluster.apply([{apiVersion: 'v1', kind: 'ServiceAccount', metadata: {namespace, name}}])
  const request = {apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {}}
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
  const {body} = await cluster.client.post<{status: {token: string}}>(path, request)
  const client = cluster.client.as(body.status.token)
  const file = join(cluster.place.folder, `${name}.yaml`)
  writeKubeconfig(file, [{name, credentials: client.credentials}])
  return {kubeconfig: readFileSync(file, 'utf8'), client}
}

/** Does authorisation say so by now? It hears of a changed role a moment later. */
export async function mayI(client: RawClient, resourceAttributes: Readonly<Record<string, string | undefined>>) {
  const {body} = await client.post<{status: {allowed: boolean}}>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {resourceAttributes}},
  )
  return body.status.allowed
}
