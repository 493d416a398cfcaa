import type {ApiObject} from '../api-object.ts'
import {structuralType} from '../fields/structural-types.ts'
import {isObject, type JsonObject, listAt, objectAt} from '../patches/json.ts'
import {
  type CustomTraits,
  defineResource,
  type PrinterColumn,
  type Resource,
  scale,
  statusOf,
} from './define-resource.ts'

/** Holds a definition that is deleted until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** The resources of a CustomResourceDefinition: one per version of it. */
export function customResourcesOf({spec}: ApiObject): readonly Resource[] {
  const names = objectAt(spec, 'names')
  const {group, scope} = objectAt(spec)
  const kind = String(names.kind)
  return listAt(spec, 'versions')
    .filter(({served}) => served === true)
    .map((version) => {
      const {status, scale: paths} = objectAt(version, 'subresources')
      return defineResource(String(group), kind, String(names.plural), {
        version: String(version.name),
        singular: String(names.singular ?? kind.toLowerCase()),
        namespaced: scope === 'Namespaced',
        shortNames: texts(names.shortNames),
        categories: texts(names.categories),
        subresources: [...(isObject(status) ? [statusOf(kind)] : []), ...(isObject(paths) ? [scale] : [])],
        custom: traitsOf(version, paths),
      })
    })
}

function traitsOf(version: JsonObject, paths: unknown): CustomTraits {
  const columns = listAt(version, 'additionalPrinterColumns') as unknown as readonly PrinterColumn[]
  const {specReplicasPath, statusReplicasPath} = objectAt(paths)
  return {
    fieldType: structuralType(objectAt(version, 'schema').openAPIV3Schema),
    columns: columns.length > 0 ? columns : [{name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp'}],
    ...(isObject(paths)
      ? {scale: {specReplicasPath: String(specReplicasPath), statusReplicasPath: String(statusReplicasPath)}}
      : {}),
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
