import {type Permission, permittedVerbs, unknownPermissions} from '../model/permission.ts'
import {permissionsOf} from '../model/permissions.ts'

const scopeWords = {
  workloads: 'the namespaces of the workloads',
  everywhere: 'all namespaces',
  cache: 'the namespace of the image cache',
  cluster: 'the cluster',
} as const satisfies Record<Permission['scope'], string>

/** The permissions of every command as Markdown, for `docs/permissions.md`. */
export function permissionsMarkdown(): string {
  return permittedVerbs
    .map((verb) => [`## ${verb}`, unknownPermissions[verb] ?? [], tableOf(permissionsOf(verb))].flat().join('\n\n'))
    .join('\n')
}

function tableOf(permissions: readonly Permission[]): string {
  const rows = permissions.map(({verb, group, resources, name, scope, essential, why, without}) => {
    const kinds = resources.map((resource) => (group === '' ? resource : `${resource}.${group}`)).join(', ')
    const what = `\`${verb}\` ${kinds}${name === undefined ? '' : ` named \`${name}\``}`
    return `| ${what} | ${scopeWords[scope]} | ${essential ? 'yes' : 'no'} | to ${why} | ${without} |`
  })
  return ['| permission | in | needed | what for | without it |', '|---|---|---|---|---|', ...rows, ''].join('\n')
}
