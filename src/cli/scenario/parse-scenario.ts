import type {Scenario} from '../../sandbox/scenario/scenario.ts'
import {nearNames} from '../../shared/near-names.ts'
import {printable} from '../../shared/printable.ts'
import {type Item, readYaml, type YamlReader} from '../../yaml/yaml-reader.ts'
import {scenarioFile} from './scenario-shape.ts'

/**
 * Reads the text of a scenario file.
 *
 * @throws HubspokeError of class `usage` that names the file, the key, line and column
 */
export function parseScenario(text: string, path: string): Scenario {
  const reader = readYaml(text, {path, what: 'scenario', where: ({line, column}) => `line ${line}, column ${column}`})
  const {clusters, troubles = [], changes = [], expect = [], ...rest} = scenarioFile.read(reader.root, reader)
  const names = clusters.map(({name}) => name)
  const file = fileOf(reader)
  checkNames(
    clusters.flatMap(({name, contexts = []}) => [name, ...contexts.map((each) => each.name)]),
    file,
  )
  for (const list of ['troubles', 'changes']) checkClusters(list, names, file)
  const inAll = <T extends {readonly clusters: readonly string[] | undefined}>(one: T) => ({
    ...one,
    clusters: one.clusters ?? names,
  })
  const scenario = {...rest, clusters, troubles: troubles.map(inAll), changes: changes.map(inAll), expect}
  checkTargets(scenario, file)
  return scenario
}

interface File {
  readonly reader: YamlReader
  /** The entries of a list at the top of the file. */
  entries(key: string): readonly Item[]
}

function fileOf(reader: YamlReader): File {
  const root = reader.items(reader.root)
  return {
    reader,
    entries(key) {
      const item = root.find(({name}) => name === key)
      return item === undefined ? [] : reader.entries(item, key)
    },
  }
}

function partOf(item: Item | undefined, key: string, {reader}: File): Item | undefined {
  return item && reader.items(item).find(({name}) => name === key)
}

/** Every context of the kubeconfig has a name of its own. */
function checkNames(names: readonly string[], file: File): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  const item = file.entries('clusters').findLast((entry) => textsBelow(entry, file).includes(twice))
  throw file.reader.wrong(item ?? file.reader.root, `uses the name "${printable(twice)}" again`)
}

function textsBelow(entry: Item, file: File): readonly string[] {
  const {reader} = file
  const contexts = partOf(entry, 'contexts', file)
  const named = [entry, ...(contexts === undefined ? [] : reader.entries(contexts, 'contexts'))]
  return named.flatMap((each) => {
    const name = reader.isMapping(each) ? partOf(each, 'name', file) : each
    return name === undefined ? [] : [reader.text(name) ?? '']
  })
}

function checkClusters(list: string, known: readonly string[], file: File): void {
  const {reader} = file
  for (const entry of file.entries(list)) {
    const moments = ['from', 'until', 'at'].map((key) => partOf(entry, key, file))
    for (const place of [entry, ...moments]) {
      if (place === undefined || !reader.isMapping(place)) continue
      const item = partOf(place, 'clusters', file)
      if (item !== undefined) checkNamed(item, known, file)
    }
  }
}

function checkNamed(item: Item, known: readonly string[], {reader}: File): void {
  for (const one of reader.isList(item) ? reader.entries(item, 'clusters') : [item]) {
    const name = reader.text(one) ?? ''
    if (known.includes(name)) continue
    const near = nearNames(name, known)
    const suggestions = (near.length > 0 ? near : known).map((each) => `clusters: [${each}]`)
    throw reader.wrong(one, `is no cluster of the file: "${printable(name)}"`, suggestions)
  }
}

/** A trouble of a workload that no cluster has is a mistyped name. */
function checkTargets({clusters, troubles, changes}: Scenario, file: File): void {
  const added = changes.flatMap(({change}) => (change.type === 'add' ? [change.workload] : []))
  const workloads = [...clusters.flatMap(({workloads: own = []}) => own), ...added]
  const names = new Set(workloads.map(({namespace, name}) => `${namespace}/${name}`))
  const entries = file.entries('troubles')
  for (const [index, {trouble}] of troubles.entries()) {
    if (!isOfWorkload(trouble) || names.has(`${trouble.namespace}/${trouble.name}`)) continue
    const wanted = `${trouble.namespace}/${trouble.name}`
    const suggestions = nearNames(wanted, names).map((near) => {
      const [namespace = '', name = ''] = near.split('/')
      return `namespace: ${namespace}, name: ${name}`
    })
    const item = partOf(entries[index], 'name', file) ?? file.reader.root
    throw file.reader.wrong(item, `is no workload of the file: "${printable(wanted)}"`, suggestions)
  }
}

const ofWorkloads = [
  'stuck-rollout',
  'crash-loop',
  'volume-attached-elsewhere',
  'unschedulable',
  'reverted',
] as const satisfies readonly Scenario['troubles'][number]['trouble']['type'][]

type OfWorkload = Extract<Scenario['troubles'][number]['trouble'], {readonly type: (typeof ofWorkloads)[number]}>

function isOfWorkload(trouble: Scenario['troubles'][number]['trouble']): trouble is OfWorkload {
  return ofWorkloads.some((type) => type === trouble.type)
}
