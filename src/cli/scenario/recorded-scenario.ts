import {Document, isMap, visit} from 'yaml'
import type {ContainerImage, ListedWorkload} from '../../model/workload.ts'
import {printable} from '../../shared/printable.ts'
import {countOf} from '../../shared/words.ts'
import type {RecordedContext} from './record-cluster.ts'

const mostReplicas = 5_000
const flow = ['workloads', 'containers'] as const

/** The text of the scenario file that was recorded; undefined where nothing could be read. */
export function recordedScenario(contexts: readonly RecordedContext[], at: Date): string | undefined {
  const clusters = recordedClusters(contexts).map(toCluster)
  if (clusters.length === 0) return undefined
  const document = new Document({clusters})
  visit(document, {
    Pair: (_, {key, value}) => {
      const isListOf = flow.some((name) => String(key) === name)
      if (isListOf && value !== null && typeof value === 'object' && 'items' in value && Array.isArray(value.items)) {
        for (const item of value.items) if (isMap(item)) item.flow = true
      }
    },
  })
  const left = contexts.flatMap(({context, problem}) =>
    problem === null ? [] : [`Context "${printable(context)}" is not in it: ${problem.class}.`],
  )
  document.commentBefore = [
    ` Recorded by "hubspoke sandbox --record" at ${at.toISOString()}.`,
    ` It holds names, namespaces, kinds, images and replicas of ${countOf(clusters.length, 'cluster')}, and nothing else.`,
    ...left.map((line) => ` ${line}`),
  ].join('\n')
  return document.toString({lineWidth: 0, flowCollectionPadding: false})
}

/** The contexts that could be read, those of one cluster together. */
export function recordedClusters(contexts: readonly RecordedContext[]): readonly (readonly RecordedContext[])[] {
  const read = contexts.filter(({problem}) => problem === null)
  return [...Map.groupBy(read, clusterOf).values()]
}

/** Where the identity is not known, each context is a cluster of its own. */
function clusterOf({clusterUid, context}: RecordedContext): string {
  return clusterUid === '' ? `context ${context}` : clusterUid
}

function toCluster(contexts: readonly RecordedContext[]): object {
  const [first] = contexts
  const {context = '', namespaces = [], workloads = []} = first ?? {}
  const others = contexts.slice(1).map((other) => other.context)
  return {
    name: context,
    ...(others.length > 0 && {contexts: others}),
    ...(namespaces.length > 0 && {namespaces}),
    workloads: workloads.toSorted(byPlace).map(toWorkload),
  }
}

function byPlace(a: ListedWorkload, b: ListedWorkload): number {
  const [left, right] = [a, b].map(({namespace, name, kind}) => `${namespace}/${name}/${kind}`)
  return (left ?? '') < (right ?? '') ? -1 : 1
}

function toWorkload({kind, namespace, name, images, traits}: ListedWorkload): object {
  const [only, ...more] = images
  const isPlain = only !== undefined && more.length === 0 && only.role === 'container' && only.container === name
  return {
    namespace,
    name,
    ...(kind !== 'Deployment' && {kind}),
    ...(kind !== 'DaemonSet' && {replicas: Math.min(mostReplicas, traits?.replacement.wanted ?? 1)}),
    ...(isPlain ? {image: only.image} : {containers: images.map(toContainer)}),
  }
}

function toContainer({container, image, role}: ContainerImage): object {
  return {name: container, image, ...(role === 'init' && {init: true}), ...(role === 'sidecar' && {sidecar: true})}
}
