import {identity} from './cluster-permissions.ts'
import type {Permission} from './permission.ts'

/** Not limited by name: a cache that does not fit in one ConfigMap has more of them, with names of their own. */
export const configMaps = {group: '', resources: ['configmaps'], scope: 'cache'} as const

/** To answer from the image cache. */
export const cacheReads: Permission = {
  ...configMaps,
  verb: 'get',
  essential: false,
  why: 'read the image cache',
  without: 'the cluster is listed instead, which takes longer',
}

/** To put an image cache in the place of the one that is there. */
export const saving: readonly Permission[] = [
  {
    ...identity,
    essential: true,
    why: 'record in the image cache which cluster it is of',
    without: 'nothing is saved: the cluster of the image cache would be unknown',
  },
  {...configMaps, verb: 'get', essential: true, why: 'see what it replaces', without: 'nothing is saved'},
  {...configMaps, verb: 'create', essential: true, why: 'save it for the first time', without: 'nothing is saved'},
  {...configMaps, verb: 'update', essential: true, why: 'save it again', without: 'nothing is saved'},
  {
    ...configMaps,
    verb: 'list',
    essential: false,
    why: 'find what is left of older builds that were split',
    without: 'ConfigMaps of older builds of a large image cache stay',
  },
  {
    ...configMaps,
    verb: 'delete',
    essential: false,
    why: 'remove what is left of older builds that were split',
    without: 'ConfigMaps of older builds of a large image cache stay',
  },
]
