import {expect, test} from 'vitest'
import {ownerName} from '../../model/owner.ts'
import {workloadOwner} from './workload-owner.ts'

const place = {namespace: 'shop', name: 'web'}
const tracked = (id: string) => ({annotations: {'argocd.argoproj.io/tracking-id': id}})
const byArgo = tracked('shop-prod:apps/Deployment:shop/web')
const byHelm = {
  labels: {'app.kubernetes.io/managed-by': 'Helm'},
  annotations: {'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop'},
}
const flux = (kind: string) => ({
  [`${kind}.toolkit.fluxcd.io/name`]: 'apps',
  [`${kind}.toolkit.fluxcd.io/namespace`]: 'flux-system',
})
const controller = {apiVersion: 'shops.example/v1', kind: 'Shop', name: 'eu', uid: 'u', controller: true}

test.each<{metadata: object; is: string | undefined; because: string}>([
  {metadata: {}, is: undefined, because: 'nothing says so'},
  {metadata: byArgo, is: 'Argo CD Application shop-prod', because: 'its tracking id names it'},
  {
    metadata: tracked('team-a_shop:apps/Deployment:shop/web'),
    is: 'Argo CD Application team-a/shop',
    because: 'the Application is in a namespace of its own',
  },
  {metadata: tracked('shop:apps/Deployment:shop/api'), is: undefined, because: 'the tracking id came with a copy'},
  {metadata: tracked('shop:apps/StatefulSet:shop/web'), is: undefined, because: 'the tracking id is of another kind'},
  {metadata: tracked('nonsense'), is: undefined, because: 'it is no tracking id'},
  {
    metadata: {labels: {'argocd.argoproj.io/instance': 'shop-prod'}},
    is: 'Argo CD Application shop-prod',
    because: 'its label is used by nobody else',
  },
  {
    metadata: {labels: {'app.kubernetes.io/instance': 'shop-prod'}},
    is: undefined,
    because: 'charts set this label without any tool',
  },
  {metadata: {labels: flux('kustomize')}, is: 'Flux Kustomization flux-system/apps', because: 'of its labels'},
  {metadata: {labels: flux('helm')}, is: 'Flux HelmRelease flux-system/apps', because: 'of its labels'},
  {
    metadata: {...byHelm, labels: {...byHelm.labels, ...flux('helm')}},
    is: 'Flux HelmRelease flux-system/apps',
    because: 'Flux runs Helm here',
  },
  {metadata: byHelm, is: 'Helm Release shop/web', because: 'label and annotations say so'},
  {metadata: {labels: byHelm.labels}, is: undefined, because: 'the label alone is in rendered manifests, too'},
  {metadata: {annotations: byHelm.annotations}, is: undefined, because: 'Helm sets the label, too'},
  {metadata: {ownerReferences: [controller]}, is: 'Shop eu', because: 'the API names its controller'},
  {
    metadata: {ownerReferences: [{...controller, controller: false}]},
    is: undefined,
    because: 'it only goes when the other does',
  },
  {metadata: {...byArgo, ownerReferences: [controller]}, is: 'Shop eu', because: 'labels are copied, owners are not'},
])('$is, because $because', ({metadata, is}) => {
  const owner = workloadOwner('Deployment', {metadata: {...place, ...metadata}})
  expect(owner && ownerName(owner)).toBe(is)
})

test('what its names would do to a terminal is taken away', () => {
  const metadata = {...place, ownerReferences: [{...controller, name: '\u001b[2Jeu'}]}
  expect(workloadOwner('Deployment', {metadata})?.name).toBe('eu')
})
