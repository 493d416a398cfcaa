import type {Permission} from './permission.ts'

/** The API server takes the name of a namespace for its namespace, too, and so does authorisation. */
const kubeSystem = {verb: 'get', group: '', resources: ['namespaces'], name: 'kube-system', scope: 'cluster'} as const

/** To tell clusters apart. */
export const identity: Permission = {
  ...kubeSystem,
  essential: false,
  why: 'tell clusters apart by the UID of this namespace',
  without:
    'the fallback identity is a hash of its URL and CA: two contexts of one cluster are not recognised as such, and its image cache is not trusted',
}

/** To refuse a namespace that does not exist. */
export const typos: Permission = {
  verb: 'list',
  group: '',
  resources: ['namespaces'],
  scope: 'cluster',
  essential: false,
  why: 'tell a mistyped -n from a namespace in which nothing runs',
  without: 'a mistyped -n is not refused: nothing is found there',
}
