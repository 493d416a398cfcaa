import {groupVersions, kindsOf} from './answers/discovery-questions.ts'
import {appliedObject, replacedObject} from './answers/object-question.ts'
import {apiVersionOf} from './answers/resource.ts'
import {unlessMissing} from './answers/unless-missing.ts'
import type {Api} from './api.ts'
import type {ClusterObjects, ServedKind} from './ports/objects.ts'
import {fieldManager} from './workloads/patch-template.ts'

export function createObjects(api: Api): ClusterObjects {
  return {
    async kinds(apiVersions, signal) {
      const wanted = [...new Set(apiVersions)].map(versionOf)
      // The answer to an unknown path is a page without a `Status`, so the list of groups is what says "not served".
      const named = wanted.some(({group}) => group !== '') ? await api.get(groupVersions, signal) : new Set<string>()
      const served = wanted.filter((one) => (one.group === '' ? one.version === 'v1' : named.has(apiVersionOf(one))))
      return (await Promise.all(served.map((one) => api.get(kindsOf(one), signal)))).flat()
    },
    read: (kind, place, signal) => unlessMissing(api.get(replacedObject(kind, {...place, ofAnyKind: true}), signal)),
    apply(kind, place, object, {force, dryRun}, signal) {
      const query = {
        ...{fieldManager, fieldValidation: 'Strict'},
        force: force ? 'true' : undefined,
        dryRun: dryRun ? 'All' : undefined,
      }
      const without = dryRun && ({without: 'resourceVersion'} as const)
      const question = appliedObject(kind, {...place, query, ofAnyKind: true, ...without})
      const contentType = 'application/apply-patch+yaml' // JSON is YAML
      return api.write({method: 'PATCH', question, body: object, contentType}, signal)
    },
  }
}

function versionOf(apiVersion: string): Pick<ServedKind, 'group' | 'version'> {
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  return {group, version}
}
