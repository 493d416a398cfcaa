import {applyPatch, type RawClient} from '../cluster/raw-client.ts'

/** Where the account and its role live. */
const places = {
  account: '/api/v1/namespaces/default/serviceaccounts',
  role: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  binding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
}
const name = 'hubspoke-contract-limited'
export const limitedUser = `system:serviceaccount:default:${name}`
const rbac = 'rbac.authorization.k8s.io'

/** A ServiceAccount that may read Deployments and use ConfigMaps, in every namespace, and nothing else. */
export async function openLimitedClient(admin: RawClient): Promise<RawClient> {
  await apply(admin, places.account, {apiVersion: 'v1', kind: 'ServiceAccount'})
  await apply(admin, places.role, {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    rules: [
      {apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch']},
      {apiGroups: [''], resources: ['configmaps'], verbs: ['*']},
    ],
  })
  await apply(admin, places.binding, {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    roleRef: {apiGroup: rbac, kind: 'ClusterRole', name},
    subjects: [{kind: 'ServiceAccount', name, namespace: 'default'}],
  })
  const request = {apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {}}
  const {body} = await admin.post<{status: {token: string}}>(`${places.account}/${name}/token`, request)
  return admin.as(body.status.token)
}

/** Removes the account and its role from a cluster that lives on. */
export async function removeLimitedUser(admin: RawClient): Promise<void> {
  for (const place of Object.values(places)) await admin.delete(`${place}/${name}`)
}

async function apply(admin: RawClient, path: string, object: object): Promise<void> {
  const {status, body} = await admin.patch(
    `${path}/${name}?fieldManager=hubspoke-test&force=true`,
    {...object, metadata: {name}},
    applyPatch,
  )
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
}
