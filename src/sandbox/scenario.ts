import type {ClusterSpec, SandboxSpec, WorkloadSpec} from './spec.ts'

/** The tag that only one target runs, and that was removed from its registry. */
const lostTag = 'ghcr.io/acme/shop:3.2.0-rc.1'

/**
 * Three clusters of a shop. `ghcr.io/acme/shop` runs in nine workloads of them; restarting them all, one fails (its tag
 * cannot be pulled any more), and the first write in `ap-south` is answered 429 once.
 */
export function demoScenario(): SandboxSpec {
  return {
    clusters: [
      euWest,
      {...usEast, trouble: [{type: 'unpullable-image', image: lostTag}]},
      {
        ...apSouth,
        trouble: [
          {
            type: 'answer',
            status: 429,
            retryAfterSeconds: 1,
            verb: 'patch',
            resource: ['deployments', 'statefulsets', 'daemonsets'],
            times: 1,
          },
        ],
      },
    ],
  }
}

const shop = {namespace: 'shop', image: 'ghcr.io/acme/shop:3.1.4'} as const

/** The other workloads of every cluster. */
const platform: readonly WorkloadSpec[] = [
  {namespace: 'ingress-nginx', name: 'controller', image: 'registry.k8s.io/ingress-nginx/controller:v1.13.2'},
  {
    namespace: 'monitoring',
    name: 'prometheus',
    kind: 'StatefulSet',
    replicas: 1,
    image: 'quay.io/prometheus/prometheus:v3.6.0',
  },
  {namespace: 'monitoring', name: 'node-exporter', kind: 'DaemonSet', image: 'quay.io/prometheus/node-exporter:v1.9.1'},
  {namespace: 'kube-system', name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.12.4'},
  {namespace: 'shop', name: 'cart-cache', image: 'redis:8.2-alpine', replicas: 1},
]

/** The namespace of the image cache and the lock of a run. */
const namespaces = ['hubspoke-system']

const euWest: ClusterSpec = {
  name: 'eu-west',
  namespaces,
  workloads: [
    ...platform,
    {...shop, name: 'storefront', replicas: 4},
    {...shop, name: 'checkout'},
    {...shop, name: 'sessions', kind: 'StatefulSet', replicas: 3},
  ],
}

const usEast: ClusterSpec = {
  name: 'us-east',
  namespaces,
  workloads: [
    ...platform,
    {...shop, name: 'storefront', replicas: 3},
    {...shop, name: 'checkout', image: lostTag, progressDeadlineSeconds: 5},
    {
      namespace: 'shop',
      name: 'orders',
      containers: [
        {name: 'migrate', image: shop.image, init: true},
        {name: 'orders', image: 'ghcr.io/acme/orders:1.19.0'},
        {name: 'mesh', image: 'docker.io/envoyproxy/envoy:v1.36.2', sidecar: true},
      ],
    },
  ],
}

const apSouth: ClusterSpec = {
  name: 'ap-south',
  namespaces,
  workloads: [
    ...platform,
    {...shop, name: 'storefront', image: 'ghcr.io/acme/shop:3.1.3'},
    {...shop, name: 'checkout'},
    {...shop, namespace: 'edge', name: 'price-cache', kind: 'DaemonSet'},
  ],
}
