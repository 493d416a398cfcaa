import {own} from '../../shared/own.ts'
import type {ApiObject} from '../api-object.ts'
import {badRequest} from '../status.ts'

type Labels = Readonly<Record<string, string>>
type Requirement = (labels: Labels) => boolean

const labelWord = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/
const dnsName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/**
 * A label selector in its text form (`a=b,c!=d,e in (f,g),!h,i`) as a test of labels.
 *
 * Grammar: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 *
 * @throws ApiError 400 in the words of the API when it cannot be read
 */
export function parseLabelSelector(text: string): (labels: Labels | undefined) => boolean {
  const tokens = [...text.matchAll(/\s*(==|!=|=|[(),!<>]|[^\s=!(),<>]+)/g)].map(([, token]) => token ?? '')
  const requirements: Requirement[] = []
  while (tokens.length > 0) {
    requirements.push(readRequirement(tokens))
    if (tokens.length === 0) break
    const separator = tokens.shift()
    if (separator === ',' && tokens.length > 0) continue
    throw unreadable(`found '${separator}', expected: ',' or 'end of string'`)
  }
  return (labels = {}) => requirements.every((holds) => holds(labels))
}

function readRequirement(tokens: string[]): Requirement {
  if (tokens[0] === '!') {
    tokens.shift()
    const key = readKey(tokens)
    const [next = ','] = tokens
    if (next !== ',') throw unreadable(`found '${next}', expected: ',' or 'end of string'`)
    return (labels) => own(labels, key) === undefined
  }
  const key = readKey(tokens)
  if (tokens.length === 0 || tokens[0] === ',') return (labels) => own(labels, key) !== undefined
  const operator = tokens.shift()
  switch (operator) {
    case '=':
    case '==': {
      const value = readValue(tokens)
      return (labels) => own(labels, key) === value
    }
    case '!=': {
      const value = readValue(tokens)
      return (labels) => own(labels, key) !== value
    }
    case 'in': {
      const values = readValues(tokens)
      return (labels) => own(labels, key) !== undefined && values.has(own(labels, key) ?? '')
    }
    case 'notin': {
      const values = readValues(tokens)
      return (labels) => own(labels, key) === undefined || !values.has(own(labels, key) ?? '')
    }
    case '>':
      return compare(key, readValue(tokens), (a, b) => a > b)
    case '<':
      return compare(key, readValue(tokens), (a, b) => a < b)
    default:
      throw unreadable(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`)
  }
}

function compare(key: string, bound: string, holds: (a: number, b: number) => boolean): Requirement {
  if (!/^\d+$/.test(bound) || BigInt.asIntN(64, BigInt(bound)) !== BigInt(bound)) {
    throw unreadable(`values[0]: Invalid value: "${bound}": for 'Gt', 'Lt' operators, the value must be an integer`)
  }
  return (labels) => own(labels, key) !== undefined && holds(Number(own(labels, key)), Number(bound))
}

function readKey(tokens: string[]): string {
  const key = tokens.shift() ?? ''
  if (/^[=!(),<>]/.test(key) || key === '') throw unreadable(`found '${key}', expected: identifier`)
  const [name = '', prefix = 'default'] = key.split(/\/(.*)/s, 2).toReversed()
  if (!labelWord.test(name) || !dnsName.test(prefix)) {
    throw unreadable(
      `<nil>: Invalid value: ${JSON.stringify(key)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    )
  }
  return key
}

function readValue(tokens: string[]): string {
  if (tokens.length === 0 || tokens[0] === ',') return ''
  const value = tokens.shift() ?? ''
  if (/^[=!()<>]/.test(value)) throw unreadable(`found '${value}', expected: identifier`)
  return checkedValue(value)
}

function readValues(tokens: string[]): Set<string> {
  const open = tokens.shift()
  if (open !== '(') throw unreadable(`found '${open ?? ''}' expected: '('`)
  const values = new Set<string>()
  for (;;) {
    const value = /^[,)]$/.test(tokens[0] ?? ')') ? '' : (tokens.shift() ?? '')
    if (/^[=!(<>]/.test(value)) throw unreadable(`found '${value}', expected: ',', or identifier`)
    values.add(checkedValue(value))
    const separator = tokens.shift()
    if (separator === ')') return values
    if (separator !== ',') throw unreadable(`found '${separator ?? ''}', expected: ',' or ')'`)
  }
}

function checkedValue(value: string): string {
  if (value === '' || labelWord.test(value)) return value
  throw unreadable(
    `values[0]: Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'`,
  )
}

function unreadable(what: string): Error {
  return badRequest(`unable to parse requirement: ${what}`)
}

type FieldReader = (object: ApiObject) => string

const objectFields: Readonly<Record<string, FieldReader>> = {
  'metadata.name': ({metadata}) => metadata.name,
  'metadata.namespace': ({metadata}) => metadata.namespace ?? '',
}

const at =
  (...path: readonly string[]): FieldReader =>
  (object) => {
    let value: unknown = object
    for (const field of path) value = (value as Record<string, unknown> | undefined)?.[field]
    return value === undefined ? '' : String(value)
  }

const fieldsOfKind: Readonly<Record<string, Readonly<Record<string, FieldReader>>>> = {
  Pod: {
    'spec.nodeName': at('spec', 'nodeName'),
    'spec.restartPolicy': at('spec', 'restartPolicy'),
    'spec.schedulerName': at('spec', 'schedulerName'),
    'spec.serviceAccountName': at('spec', 'serviceAccountName'),
    'status.phase': at('status', 'phase'),
    'status.podIP': at('status', 'podIP'),
  },
  Event: {
    'involvedObject.kind': at('involvedObject', 'kind'),
    'involvedObject.namespace': at('involvedObject', 'namespace'),
    'involvedObject.name': at('involvedObject', 'name'),
    'involvedObject.uid': at('involvedObject', 'uid'),
    'involvedObject.apiVersion': at('involvedObject', 'apiVersion'),
    'involvedObject.resourceVersion': at('involvedObject', 'resourceVersion'),
    'involvedObject.fieldPath': at('involvedObject', 'fieldPath'),
    reason: at('reason'),
    reportingComponent: at('reportingComponent'),
    source: at('source', 'component'),
    type: at('type'),
  },
  Node: {'spec.unschedulable': at('spec', 'unschedulable')},
  Namespace: {'status.phase': at('status', 'phase')},
  Secret: {type: at('type')},
  ReplicaSet: {'status.replicas': at('status', 'replicas')},
}

/**
 * A field selector (`metadata.name=web,status.phase!=Running`) as a test of objects of one kind.
 *
 * @throws ApiError 400 for an unsupported field, as the API does
 */
export function parseFieldSelector(text: string, kind: string): (object: ApiObject) => boolean {
  const readers = {...objectFields, ...own(fieldsOfKind, kind)}
  const requirements = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => {
      const [, field, operator, value = ''] = /^([^=!]*)(==|!=|=)(.*)$/.exec(term) ?? []
      if (field === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
      const read = own(readers, field)
      if (read === undefined) {
        const known = Object.keys(objectFields).map((each) => `"${each}"`)
        throw badRequest(`"${field}" is not a known field selector: only ${known.join(', ')}`)
      }
      return (object: ApiObject) => (read(object) === value) === (operator !== '!=')
    })
  return (object) => requirements.every((holds) => holds(object))
}
