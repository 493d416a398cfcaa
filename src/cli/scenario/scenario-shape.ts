import type {ApiObject} from '../../sandbox/api-object.ts'
import type {Expectation, ScenarioCluster} from '../../sandbox/scenario/scenario.ts'
import {anyMapping, list, mapping, shortOrLong} from '../../yaml/compound-shapes.ts'
import {duration, integer, type JsonSchema, mapped, type Shape, text} from '../../yaml/shape.ts'
import {change} from './change-shape.ts'
import {contextName, definitions, namespaceName} from './common-shapes.ts'
import {trouble} from './trouble-shape.ts'
import {workload} from './workload-shape.ts'

const object = mapped(anyMapping('An object of the API, as in a manifest.'), (read, item, reader) => {
  const {metadata} = read as {readonly metadata?: {readonly name?: unknown}}
  if (typeof read.kind !== 'string') throw reader.wrong(item, 'has no "kind"')
  if (typeof metadata?.name !== 'string') throw reader.wrong(item, 'has no "metadata.name"')
  return read as unknown as ApiObject
})

const context = shortOrLong(
  'Another context of the cluster.',
  mapped(contextName, (name) => ({name})),
  mapping('Another context of the cluster.', {name: contextName}, {namespace: namespaceName}),
)

const cluster: Shape<ScenarioCluster> = mapped(
  mapping(
    'A simulated cluster.',
    {name: contextName},
    {
      nodes: integer('Default: 3.', {min: 0, max: 500}),
      version: text('What the server calls itself. Default: v1.36.3.', {
        pattern: /^v\d+\.\d+\.\d+\S*$/,
        means: 'a version as v1.36.3',
      }),
      podStart: duration('How long a pod takes to become ready. Default: 200ms.'),
      namespaces: list('Namespaces beside those of its workloads.', namespaceName, {of: 'namespaces'}),
      contexts: list('Other contexts of the cluster.', context, {of: 'contexts', max: 100}),
      workloads: list('What runs in it.', workload, {of: 'workloads', max: 20_000}),
      objects: list('Other objects, as in manifests.', object, {of: 'objects'}),
    },
  ),
  ({podStart, ...rest}) => ({...rest, ...(podStart !== undefined && {rolloutStepMs: podStart})}),
)

const expectation: Shape<Expectation> = mapped(
  mapping(
    'A command to try, and how it ends.',
    {
      run: text('The command without the name of the program.', {maxLength: 1_000}),
      exitCode: integer('Its exit code.', {min: 0, max: 255}),
      verdict: text('A sentence of its output.', {maxLength: 1_000}),
    },
    {after: duration('How long after the command before it.')},
  ),
  ({after, ...rest}) => ({...rest, ...(after !== undefined && {afterMs: after})}),
)

/** A scenario file. */
export const scenarioFile = mapping(
  'Simulated clusters, and what happens in them over time.',
  {clusters: list('The clusters.', cluster, {of: 'clusters', min: 1, max: 100})},
  {
    description: text('What it is about.', {maxLength: 2_000}),
    troubles: list('What goes wrong, and when.', trouble, {of: 'troubles', max: 1_000}),
    changes: list('What other clients change, and when.', change, {of: 'changes', max: 1_000}),
    expect: list('Commands to try, and how each of them ends.', expectation, {of: 'expectations', max: 100}),
  },
)

/** The JSON Schema of a scenario file. */
export function scenarioSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A scenario of "hubspoke sandbox"',
    ...scenarioFile.schema,
    $defs: definitions,
  }
}
