import type {Catalog} from '../objects/catalog.ts'
import {apiVersionOf, type Resource} from '../objects/resources.ts'

interface GroupVersion {
  readonly group: string
  readonly version: string
}

/** Groups in the order in which a server lists its own; those of custom resources follow. */
const order = ['', 'apps', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'networking.k8s.io']

/** The served groups, the core group first, the newest version of a group before its older ones. */
function groupVersions({all}: Catalog): readonly GroupVersion[] {
  const ids = [...new Set(all.map(apiVersionOf))]
  const found = ids.map((id) => {
    const [version = '', group = ''] = id.split('/').toReversed()
    return {group, version}
  })
  const place = ({group}: GroupVersion): number => (order.includes(group) ? order.indexOf(group) : order.length)
  return found.toSorted(
    (a, b) => place(a) - place(b) || a.group.localeCompare(b.group) || comparePriority(a.version, b.version),
  )
}

/** `v2` before `v1` before `v1beta1` before `v1alpha1`. */
function comparePriority(a: string, b: string): number {
  const rank = (version: string): number[] => {
    const [, major = '0', stage = '', minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
    return [stage === '' ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor)]
  }
  const [left, right] = [rank(a), rank(b)]
  const at = left.findIndex((each, index) => each !== right[index])
  return at < 0 ? 0 : (right[at] ?? 0) - (left[at] ?? 0)
}

function groupsOf(catalog: Catalog): readonly string[] {
  return [...new Set(groupVersions(catalog).map(({group}) => group))].filter((group) => group !== '')
}

/** Documents of discovery by their path, in the form before 1.26, which newer servers still serve. */
export function discoveryDocument(catalog: Catalog, path: string, server: string): object | undefined {
  if (path === '/api') {
    return {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{clientCIDR: '0.0.0.0/0', serverAddress: server}],
    }
  }
  if (path === '/apis')
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groupsOf(catalog).map((group) => groupDocument(catalog, group)),
    }
  if (path === '/') return {paths: rootPaths(catalog)}
  const group = groupsOf(catalog).find((each) => path === `/apis/${each}`)
  if (group !== undefined) return {kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(catalog, group)}
  const listed = groupVersions(catalog).find((each) => path === pathOf(each))
  return listed && resourceList(catalog, listed)
}

/** The same in one document per tree, as kubectl requests it: `/api` and `/apis`. */
export function aggregatedDiscovery(catalog: Catalog, path: string): object | undefined {
  if (path !== '/api' && path !== '/apis') return undefined
  const wanted = path === '/api' ? [''] : groupsOf(catalog)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: wanted.map((group) => ({
      metadata: group === '' ? {} : {name: group},
      versions: groupVersions(catalog)
        .filter((each) => each.group === group)
        .map((each) => ({
          version: each.version,
          resources: served(catalog, each).map(aggregatedResource),
          freshness: 'Current',
        })),
    })),
  }
}

/** Is the path below a group that is served? The rest of the path is not checked. */
export function isInKnownGroup(catalog: Catalog, path: string): boolean {
  return path.startsWith('/api/') || groupsOf(catalog).some((group) => path.startsWith(`/apis/${group}/`))
}

/** The version information of the server. */
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

function pathOf({group, version}: GroupVersion): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`
}

function rootPaths(catalog: Catalog): string[] {
  const groups = groupsOf(catalog).map((group) => `/apis/${group}`)
  const trees = ['/api', '/apis', ...groups, ...groupVersions(catalog).map(pathOf)].sort()
  return [...trees, '/healthz', '/livez', '/readyz', '/version']
}

function groupDocument(catalog: Catalog, name: string): object {
  const versions = groupVersions(catalog)
    .filter(({group}) => group === name)
    .map(({group, version}) => ({groupVersion: `${group}/${version}`, version}))
  return {name, versions, preferredVersion: versions[0]}
}

function served({all}: Catalog, {group, version}: GroupVersion): readonly Resource[] {
  return all.filter((resource) => resource.group === group && resource.version === version)
}

function names({shortNames, categories}: Resource): object {
  return {...(shortNames.length > 0 && {shortNames}), ...(categories.length > 0 && {categories})}
}

function resourceList(catalog: Catalog, {group, version}: GroupVersion): object {
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : {apiVersion: 'v1'}),
    groupVersion: apiVersionOf({group, version}),
    resources: served(catalog, {group, version}).flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
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
    singularResource: resource.singular,
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
