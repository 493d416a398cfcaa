import {expect, test} from 'vitest'
import {contentsWords} from './contents-words.ts'
import {manifest} from './testing/manifests.ts'

const many = (count: number, kind: string) => Array.from({length: count}, () => manifest('example.com/v1', kind))

test.each([
  {
    manifests: [
      ...many(200, 'ConfigMap'),
      ...many(1, 'CustomResourceDefinition'),
      ...many(2, 'Namespace'),
      ...many(3, 'Secret'),
      ...many(8, 'Service'),
    ],
    words: '214 objects: 2 Namespaces, 1 CustomResourceDefinition, 200 ConfigMaps, 8 Services, 3 of other kinds',
  },
  {manifests: many(1, 'Ingress'), words: '1 object: 1 Ingress'},
  {
    manifests: [...many(2, 'Ingress'), ...many(2, 'NetworkPolicy'), ...many(2, 'Gateway'), ...many(2, 'Endpoints')],
    words: '8 objects: 2 Endpoints, 2 Gateways, 2 Ingresses, 2 NetworkPolicies',
  },
  {manifests: [], words: '0 objects'},
])('$words', ({manifests, words}) => {
  expect(contentsWords(manifests)).toBe(words)
})
