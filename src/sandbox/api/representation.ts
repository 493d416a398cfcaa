import {stringify} from 'yaml'
import type {ApiObject} from '../api-object.ts'
import {apiVersionOf, type Resource} from '../objects/resources.ts'
import type {Page} from './list-pages.ts'
import type {Form} from './negotiation.ts'
import {tableOf} from './table-columns.ts'

const texts = new WeakMap<ApiObject, string>()

/** The JSON of a stored object, without kind and version; cached, as stored objects never change. */
function textOf(object: ApiObject): string {
  let text = texts.get(object)
  if (text === undefined) {
    text = JSON.stringify(object)
    texts.set(object, text)
  }
  return text
}

function typed(resource: Resource, object: ApiObject): string {
  return `{"kind":"${resource.kind}","apiVersion":"${apiVersionOf(resource)}",${textOf(object).slice(1)}`
}

/** Writes objects and lists in the requested form. */
export class Representation {
  readonly #form: Form
  readonly #resource: Resource
  readonly #includeObject: string
  readonly #now: Date

  constructor(form: Form, resource: Resource, options: {readonly includeObject: string | null; readonly now: Date}) {
    this.#form = form
    this.#resource = resource
    this.#includeObject = options.includeObject ?? 'Metadata'
    this.#now = options.now
  }

  get contentType(): string {
    return this.#form.encoding === 'yaml' ? 'application/yaml' : 'application/json'
  }

  one(object: ApiObject): string {
    const {resourceVersion} = object.metadata
    return this.#finish(this.#one(object, {resourceVersion: resourceVersion ?? '', hasColumns: true}))
  }

  list({items, metadata}: Page): string {
    const {kind} = this.#resource
    if (this.#form.as === 'table') return this.#finish(this.#table(items, metadata, true))
    const isWhole = this.#form.as === 'object'
    const head = isWhole
      ? `"kind":"${kind}List","apiVersion":"${apiVersionOf(this.#resource)}"`
      : '"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
    const texts = items.map((item) => (isWhole ? textOf(item) : partial(item)))
    return this.#finish(`{${head},"metadata":${JSON.stringify(metadata)},"items":[${texts.join(',')}]}`)
  }

  /** One event of a watch; only the first table of a stream has its columns. */
  event(type: string, object: ApiObject, isFirst: boolean): string {
    const resourceVersion = object.metadata.resourceVersion ?? ''
    return `{"type":"${type}","object":${this.#one(object, {resourceVersion, hasColumns: isFirst})}}\n`
  }

  #one(object: ApiObject, table: {readonly resourceVersion: string; readonly hasColumns: boolean}): string {
    if (this.#form.as === 'object') return typed(this.#resource, object)
    if (this.#form.as === 'metadata') return partial(object)
    return this.#table([object], {resourceVersion: table.resourceVersion}, table.hasColumns)
  }

  #table(objects: readonly ApiObject[], metadata: object, hasColumns: boolean): string {
    const kind = tableOf(this.#resource)
    const columns = kind.columns.map(({name, type, priority}) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority,
    }))
    const rows = objects.map((object) => {
      const cells = JSON.stringify(kind.cells(object, this.#now))
      if (this.#includeObject === 'None') return `{"cells":${cells}}`
      const inside = this.#includeObject === 'Object' ? typed(this.#resource, object) : partial(object)
      return `{"cells":${cells},"object":${inside}}`
    })
    const head = `"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)}`
    return `{${head},"columnDefinitions":${hasColumns ? JSON.stringify(columns) : 'null'},"rows":[${rows.join(',')}]}`
  }

  #finish(text: string): string {
    return finishText(text, this.#form)
  }
}

function partial({metadata}: ApiObject): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${JSON.stringify(metadata)}}`
}

/** A JSON document in the requested form: compact with a line end, indented, or as YAML. */
export function finishText(json: string, {encoding, isPretty}: Pick<Form, 'encoding' | 'isPretty'>): string {
  if (encoding === 'yaml') return stringify(JSON.parse(json))
  return isPretty ? JSON.stringify(JSON.parse(json), undefined, 2) : `${json}\n`
}
