import {apiVersionOf, type Resource, resources} from '../objects/resources.ts'

const groups = [...new Set(resources.map(({group}) => group))].filter((group) => group !== '')
const named = groups.map((group) => ({group, version: 'v1'}))

/** Documents of discovery by their path, as servers before 1.26 gave them and newer ones still do. */
export function discoveryDocument(path: string, server: string): object | undefined {
  if (path === '/api') {
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{clientCIDR: '0.0.0.0/0', serverAddress: server}],
    }
  }
  if (path === '/apis') return {kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument)}
  if (path === '/') return {paths: rootPaths()}
  const group = groups.find((each) => path === `/apis/${each}`)
  if (group !== undefined) return {kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group)}
  const listed = [{group: '', version: 'v1'}, ...named].find((each) => path === pathOf(each))
  return listed && resourceList(listed)
}

/** The same in one document per tree, as kubectl asks for it: `/api` and `/apis`. */
export function aggregatedDiscovery(path: string): object | undefined {
  if (path !== '/api' && path !== '/apis') return undefined
  const wanted = path === '/api' ? [{group: '', version: 'v1'}] : named
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: wanted.map(({group, version}) => ({
      metadata: group === '' ? {} : {name: group},
      versions: [{version, resources: inGroup(group).map(aggregatedResource), freshness: 'Current'}],
    })),
  }
}

/** Below a group that is served; whether the rest of the path is, is another question. */
export function isInKnownGroup(path: string): boolean {
  return path.startsWith('/api/') || groups.some((group) => path.startsWith(`/apis/${group}/`))
}

/** What the server says of itself. */
export function versionDocument(gitVersion: string): object {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Math.max(0, Number(minor) - 1)),
    gitVersion,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: 'sandbox',
  }
}

function pathOf({group, version}: {readonly group: string; readonly version: string}): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`
}

function rootPaths(): string[] {
  const trees = ['/api', '/api/v1', '/apis', ...groups.flatMap((group) => [`/apis/${group}`, `/apis/${group}/v1`])]
  return [...trees, '/healthz', '/livez', '/readyz', '/version']
}

function groupDocument(group: string): object {
  const version = {groupVersion: `${group}/v1`, version: 'v1'}
  return {name: group, versions: [version], preferredVersion: version}
}

function inGroup(group: string): readonly Resource[] {
  return resources.filter((resource) => resource.group === group)
}

function names({shortNames, categories}: Resource): object {
  return {...(shortNames.length > 0 && {shortNames}), ...(categories.length > 0 && {categories})}
}

function resourceList({group, version}: {readonly group: string; readonly version: string}): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : {apiVersion: 'v1'}),
    groupVersion: apiVersionOf({group, version}),
    resources: inGroup(group).flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.kind.toLowerCase(),
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...names(resource),
      },
      ...resource.subresources.map(({name, ...subresource}) => ({
        name: `${resource.plural}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...subresource,
      })),
    ]),
  }
}

function aggregatedResource(resource: Resource): object {
  const kindOf = ({group = '', version = '', kind}: {group?: string; version?: string; kind: string}): object => ({
    group,
    version,
    kind,
  })
  return {
    resource: resource.plural,
    responseKind: kindOf({kind: resource.kind}),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.kind.toLowerCase(),
    verbs: resource.verbs,
    ...names(resource),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map(({name, verbs, ...kind}) => ({
        subresource: name,
        responseKind: kindOf(kind),
        verbs,
      })),
    }),
  }
}
