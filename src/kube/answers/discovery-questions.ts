import {objectOf, objectsAt, textAt} from '../json-fields.ts'
import type {ServedKind} from '../ports/objects.ts'
import {apiPath} from './api-path.ts'
import {type Question, Unexpected} from './question.ts'
import {apiVersionOf} from './resource.ts'

/** The versions of the groups that a server has, each as `group/version`; the core group is not among them. */
export const groupVersions: Question<ReadonlySet<string>> = {
  path: apiPath(['apis']),
  about: {mayMiss: []},
  read(body) {
    const {groups} = objectOf(body)
    if (!isOfKind(body, 'APIGroupList') || !Array.isArray(groups))
      return new Unexpected('it is not a list of API groups')
    const versions = objectsAt(body, 'groups').flatMap((group) => objectsAt(group, 'versions'))
    return new Set(versions.map((version) => textAt(version, 'groupVersion')))
  },
}

/** The kinds of one version of a group; subresources are left out. */
export function kindsOf({group, version}: Pick<ServedKind, 'group' | 'version'>): Question<readonly ServedKind[]> {
  return {
    path: apiPath(group === '' ? ['api', version] : ['apis', group, version]),
    about: {mayMiss: []},
    read(body) {
      const {groupVersion, resources} = objectOf(body)
      if (!isOfKind(body, 'APIResourceList') || !Array.isArray(resources))
        return new Unexpected('it is not a list of API resources')
      if (groupVersion !== apiVersionOf({group, version}))
        return new Unexpected('it is about another version of the API')
      return objectsAt(body, 'resources').flatMap((resource) => servedKind(resource, {group, version}))
    },
  }
}

/** The documents of discovery are of the version `v1`; that of the core group does not say it. */
function isOfKind(body: unknown, wanted: string): boolean {
  const {kind, apiVersion = 'v1'} = objectOf(body)
  return kind === wanted && apiVersion === 'v1'
}

function servedKind(resource: object, version: Pick<ServedKind, 'group' | 'version'>): readonly ServedKind[] {
  const [plural, kind] = [textAt(resource, 'name'), textAt(resource, 'kind')]
  if (plural === '' || kind === '' || plural.includes('/')) return []
  const {namespaced} = objectOf(resource)
  return [{...version, kind, plural, scope: namespaced === true ? 'namespace' : 'cluster'}]
}
