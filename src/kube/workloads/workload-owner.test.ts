import {expect, test} from 'vitest'
import {ownerName} from '../../model/owner.ts'
import {workloadOwner, workloadOwners} from './workload-owner.ts'

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
  {
    metadata: tracked('shop:apps/Deployment:shop/api'),
    is: undefined,
    because: 'the tracking id was copied from another object',
  },
  {metadata: tracked('shop:apps/StatefulSet:shop/web'), is: undefined, because: 'the tracking id is of another kind'},
  {metadata: tracked('nonsense'), is: undefined, because: 'it is not a tracking id'},
  {
    metadata: {labels: {'argocd.argoproj.io/instance': 'shop-prod'}},
    is: 'Argo CD Application shop-prod',
    because: 'only Argo CD uses this label',
  },
  {
    metadata: {labels: {'app.kubernetes.io/instance': 'shop-prod'}},
    is: undefined,
    because: 'charts set this label, too',
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
  {metadata: {ownerReferences: [controller]}, is: 'Shop eu', because: 'an owner reference names its controller'},
  {
    metadata: {ownerReferences: [{...controller, controller: false}]},
    is: 'Shop eu',
    because: 'only tools set owner references',
  },
  {
    metadata: {
      labels: {'resources.gardener.cloud/managed-by': 'gardener'},
      annotations: {'resources.gardener.cloud/origin': 'shoot--team--prod:shoot--team--prod/web'},
    },
    is: 'Gardener ManagedResource shoot--team--prod/web',
    because: 'its annotation names its source',
  },
  {
    metadata: {labels: {'resources.gardener.cloud/managed-by': 'gardener'}},
    is: 'Gardener ManagedResource gardener',
    because: 'its label names it',
  },
  {
    metadata: {
      labels: {'karmada.io/managed': 'true'},
      annotations: {'work.karmada.io/name': 'web-7d', 'work.karmada.io/namespace': 'karmada-es-member1'},
    },
    is: 'Karmada Work karmada-es-member1/web-7d',
    because: 'it is in a member cluster',
  },
  {
    metadata: {
      labels: {'olm.owner': 'shop.v1', 'olm.owner.kind': 'ClusterServiceVersion', 'olm.owner.namespace': 'shop'},
      ownerReferences: [{...controller, kind: 'ClusterServiceVersion', name: 'shop.v1', controller: false}],
    },
    is: 'OLM ClusterServiceVersion shop/shop.v1',
    because: 'its labels are more specific than its owner reference',
  },
  {
    metadata: {labels: {'kapp.k14s.io/app': '17000'}},
    is: 'kapp App 17000',
    because: 'its label has the id of the app',
  },
  {
    metadata: {annotations: {'configmanagement.gke.io/managed': 'enabled', 'configsync.gke.io/manager': 'shop_web'}},
    is: 'Config Sync RepoSync shop/web',
    because: 'a namespace has its own manager',
  },
  {
    metadata: {annotations: {'configmanagement.gke.io/managed': 'enabled', 'configsync.gke.io/manager': ':root'}},
    is: 'Config Sync RootSync root-sync',
    because: 'the manager is that of the cluster',
  },
  {
    metadata: {annotations: {'configmanagement.gke.io/managed': 'disabled'}},
    is: undefined,
    because: 'Config Sync does not manage it',
  },
  {
    metadata: {annotations: {'objectset.rio.cattle.io/id': 'default-web'}},
    is: 'Rancher Bundle default-web',
    because: 'Fleet records its bundle',
  },
  {
    metadata: {
      annotations: {
        'objectset.rio.cattle.io/id': '',
        'objectset.rio.cattle.io/owner-gvk': 'k3s.cattle.io/v1, Kind=Addon',
        'objectset.rio.cattle.io/owner-name': 'web',
      },
    },
    is: undefined,
    because: 'no set is named',
  },
  {
    metadata: {labels: {'crossplane.io/composite': 'shop-x7', 'crossplane.io/claim-name': 'shop'}},
    is: 'Crossplane Claim shop',
    because: 'users know the claim',
  },
  {metadata: {...byArgo, ownerReferences: [controller]}, is: 'Shop eu', because: 'labels are copied, owners are not'},
])('$is, because $because', ({metadata, is}) => {
  const owner = workloadOwner('Deployment', {metadata: {...place, ...metadata}})
  expect(owner && ownerName(owner)).toBe(is)
})

test('several owners are all named, each once: controllers first, then reconcilers, then Helm', () => {
  const metadata = {
    ...place,
    labels: {...byHelm.labels, ...flux('kustomize'), 'olm.owner': 'eu'},
    annotations: {...byHelm.annotations, ...byArgo.annotations},
    ownerReferences: [{...controller, controller: false, kind: 'Config', name: 'c'}, controller, controller],
  }
  expect(workloadOwners('Deployment', {metadata}).map(ownerName)).toEqual([
    'Shop eu',
    'Argo CD Application shop-prod',
    'Flux Kustomization flux-system/apps',
    'OLM ClusterServiceVersion eu',
    'Config c',
    'Helm Release shop/web',
  ])
})

test('its names are safe to print', () => {
  const metadata = {...place, ownerReferences: [{...controller, name: '\u001b[2Jeu'}]}
  expect(workloadOwner('Deployment', {metadata})?.name).toBe('eu')
})
