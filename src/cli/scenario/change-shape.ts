import type {Change, ScriptedChange} from '../../sandbox/scenario/scenario.ts'
import {anyMapping, mapping} from '../../yaml/compound-shapes.ts'
import {mapped, type Shape, text} from '../../yaml/shape.ts'
import {clusterNames, moment, namespaceName, objectName} from './common-shapes.ts'
import {workload} from './workload-shape.ts'

/** Something of a file that says in which clusters it happens; without that it is in all of them. */
export type InSome<T extends {readonly clusters: readonly string[]}> = Omit<T, 'clusters'> & {
  readonly clusters: readonly string[] | undefined
}

const place = {kind: text('The kind of the object.'), name: objectName}
const somewhere = {namespace: namespaceName}

const add = mapped(workload, (added): Change => ({type: 'add', workload: added}))

const patch = mapped(
  mapping('A JSON merge patch.', {...place, with: anyMapping('What is merged into the object.')}, somewhere),
  ({with: merged, namespace = '', ...object}): Change => ({type: 'patch', namespace, ...object, patch: merged}),
)

const remove = mapped(
  mapping('An object that is deleted.', place, somewhere),
  ({namespace = '', ...object}): Change => ({type: 'remove', namespace, ...object}),
)

/** A change of a scenario file. */
export const change: Shape<InSome<ScriptedChange>> = mapped(
  mapping(
    'A change by another client: one of "add", "patch" and "remove".',
    {at: moment('When it happens.')},
    {clusters: clusterNames, add, patch, remove},
  ),
  ({at, clusters, ...rest}, item, reader) => {
    const [first, ...more] = Object.values(rest)
    if (first !== undefined && more.length === 0) return {at, clusters, change: first}
    throw reader.wrong(item, 'must have exactly one of "add", "patch" and "remove"')
  },
)
