import {pods as podResource, type Query} from '../answers/resource.ts'
import {type SomeObjects, someObjects} from '../answers/some-objects.ts'
import type {Api} from '../api.ts'
import type {JsonObject} from '../json-fields.ts'

export interface PodQuestion {
  readonly namespace: string
  readonly selector: string
  /** How many there are, by the status of the workload. */
  readonly expected: number
}

/** Up to so many pods are read in full: some 10 KB each. */
const inFull = 100
/** Of more pods, first one row of a table each, some 150 bytes, as `kubectl get pods` requests them; in so many pages. */
const rowsPerPage = 500
const maxPages = 20
/** So many of the pods whose rows are not ready are read in full. */
const maxRead = 5

/**
 * Pods of a workload, in bounded requests: all of a small set; of a large one a few of those that are not ready. Of more than
 * 10,000 pods the rest is not read.
 */
export async function listPods(api: Api, question: PodQuestion, signal: AbortSignal): Promise<readonly JsonObject[]> {
  const {namespace, selector: labelSelector, expected} = question
  const read = (query: Query, form?: 'rows'): Promise<SomeObjects> =>
    api.get(someObjects(podResource, {namespace, query, ...(form && {form})}), signal)
  if (expected <= inFull) {
    const page = await read({labelSelector, limit: `${inFull}`})
    if (page.continue === '') return page.items
  }
  const {names, pods} = await unready((query) => read({labelSelector, ...query}, 'rows'))
  const named = names.map((name) => read({fieldSelector: `metadata.name=${name}`, limit: '1'}))
  return [...pods, ...(await Promise.all(named)).flatMap(({items}) => items)]
}

/** The names of a few pods that are not ready; from a server without tables, the pods themselves. */
async function unready(
  readPage: (query: Query) => Promise<SomeObjects>,
): Promise<{readonly names: readonly string[]; readonly pods: readonly JsonObject[]}> {
  const rows: Row[] = []
  const pods: JsonObject[] = []
  let token = ''
  for (let page = 0; page < maxPages; page += 1) {
    const table = await readPage({limit: `${rowsPerPage}`, includeObject: 'None', continue: token || undefined})
    rows.push(...rowsOf(table).filter(isUnready))
    pods.push(...table.items)
    token = table.continue
    if (token === '') break
  }
  return {names: fewOf(rows).map(({name}) => name), pods}
}

interface Row {
  readonly name: string
  /** `1/2` */
  readonly ready: string
  /** `CrashLoopBackOff` */
  readonly status: string
  /** `0/1`, or `<none>` */
  readonly gates: string
}

function rowsOf({titles, rows}: SomeObjects): readonly Row[] {
  const at = (title: string, otherwise: number): number => {
    const index = titles.indexOf(title)
    return index === -1 ? otherwise : index
  }
  const places = [at('Name', 0), at('Ready', 1), at('Status', 2), at('Readiness Gates', 8)]
  return rows.map(({cells}) => {
    const [name = '', ready = '', status = '', gates = ''] = places.map((place) =>
      Array.isArray(cells) ? String(cells[place] ?? '') : '',
    )
    return {name, ready, status, gates}
  })
}

function isUnready({name, ready, status, gates}: Row): boolean {
  const isPartial = (share: string): boolean => {
    const [has, wants] = share.split('/')
    return wants !== undefined && has !== wants
  }
  return name !== '' && (status !== 'Running' || isPartial(ready) || isPartial(gates))
}

/** Statuses of pods that are starting or ending: others are worse. */
const onTheirWay = /^(Running|Pending|ContainerCreating|PodInitializing|Terminating|Completed|Init:\d)/

/** One of each status first, starting and ending ones last. */
function fewOf(rows: readonly Row[]): readonly Row[] {
  const words = [...Map.groupBy(rows, ({status}) => status)].sort(
    ([a], [b]) => Number(onTheirWay.test(a)) - Number(onTheirWay.test(b)),
  )
  const longest = Math.max(0, ...words.map(([, of]) => of.length))
  const inTurns = Array.from({length: Math.min(longest, maxRead)}, (_, index) =>
    words.flatMap(([, of]) => of.slice(index, index + 1)),
  )
  return inTurns.flat().slice(0, maxRead)
}
