import type {Catalog} from '../objects/catalog.ts'
import {apiVersionOf, type Resource} from '../objects/resources.ts'

/**
 * The part of OpenAPI v3 that kubectl reads before it applies: which resources can be patched, and that the server itself
 * checks the fields. It contains no schemas.
 */
export function openapiDocument({all}: Catalog, path: string): object | undefined {
  const roots = [...new Set(all.map(rootOf))]
  if (path === '/openapi/v3') {
    return {paths: Object.fromEntries(roots.map((root) => [root, {serverRelativeURL: `/openapi/v3/${root}?hash=1`}]))}
  }
  const root = roots.find((each) => path === `/openapi/v3/${each}`)
  if (root === undefined) return undefined
  const served = all.filter((resource) => rootOf(resource) === root && resource.verbs.includes('patch'))
  return {
    openapi: '3.0.0',
    info: {title: 'Kubernetes', version: 'sandbox'},
    paths: Object.fromEntries(served.map((resource) => [pathOf(resource), pathItem(resource)])),
    components: {schemas: {}},
  }
}

function rootOf(resource: Resource): string {
  return resource.group === '' ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`
}

function pathOf(resource: Resource): string {
  const inside = resource.namespaced ? '/namespaces/{namespace}' : ''
  return `/${rootOf(resource)}${inside}/${resource.plural}/{name}`
}

function pathItem({group, version, kind}: Resource): object {
  const query = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({name, in: 'query'}))
  return {
    patch: {
      parameters: query,
      responses: {},
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': {group, version, kind},
    },
  }
}
