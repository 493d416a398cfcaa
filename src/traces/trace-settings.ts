import {unescape as decoded} from 'node:querystring'
import {type Endpoint, parseEndpoint} from '../export/endpoint.ts'
import {externalText} from '../shared/external-text.ts'
import {parseTraceParent, type TraceParent} from './trace-parent.ts'

/** Where traces go, and what they say of themselves. */
export interface TraceSettings {
  readonly endpoint: Endpoint
  /** At the endpoint. */
  readonly path: string
  /** What is true of the whole program: `service.name` and others. */
  readonly resource: Readonly<Record<string, string>>
  /** Undefined: there is none, or it is invalid. */
  readonly parent: TraceParent | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings in the environment. `off`: no traces are asked for. `problem`: why they cannot be exported, as a clause that
 * quotes no value.
 *
 * Rules: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function traceSettings(env: Environment): TraceSettings | {readonly problem: string} | 'off' {
  const place = placeOf(env)
  if (place === undefined || isTurnedOff(env)) return 'off'
  const parent = parseTraceParent(env.TRACEPARENT ?? '')
  // A program that does not record its trace starts none here, as with every tool of OpenTelemetry.
  if (parent?.isSampled === false) return 'off'
  const [protocolName, protocol] = firstOf(env, ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'])
  if (protocolName !== undefined && !supported.has(protocol)) return {problem: protocolProblem(protocolName, protocol)}
  const endpoint = parseEndpoint(place.value)
  if (endpoint === undefined) {
    return {problem: `${place.name} is not an http or https URL without query and fragment`}
  }
  const [headersName, text] = firstOf(env, ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'])
  const headers = pairsIn(text, isHeader)
  if (headers === undefined) return {problem: `${headersName} is not a list such as name=value,name=value`}
  const {pathname} = endpoint.url
  return {
    endpoint: {...endpoint, credentials: {...endpoint.credentials, ...lowerCase(headers)}},
    path: place.isWhole ? pathname : `${pathname.replace(/\/$/, '')}/v1/traces`,
    resource: resourceOf(env),
    parent,
  }
}

/** Both are sent as JSON: a server for OTLP over HTTP accepts it at the same address. */
const supported = new Set(['http/json', 'http/protobuf'])

function protocolProblem(name: string, protocol: string): string {
  const problem = `${name} is ${protocol === 'grpc' ? 'grpc' : 'unknown'}, and only http/json is supported`
  return `${problem}: set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json and the endpoint for HTTP, usually port 4318`
}

function isTurnedOff({OTEL_SDK_DISABLED: disabled = '', OTEL_TRACES_EXPORTER: exporter = ''}: Environment): boolean {
  return disabled.trim().toLowerCase() === 'true' || exporter.trim() === 'none'
}

/** The endpoint, and the variable that names it. An empty variable is as one that is not set. */
function placeOf(env: Environment) {
  const [name, value] = firstOf(env, ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'])
  return name === undefined ? undefined : {name, value, isWhole: name === 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'}
}

function firstOf(env: Environment, names: readonly string[]): readonly [name: string | undefined, value: string] {
  const name = names.find((one) => (env[one] ?? '').trim() !== '')
  return [name, env[name ?? '']?.trim() ?? '']
}

function resourceOf(env: Environment): Readonly<Record<string, string>> {
  const pairs = pairsIn(env.OTEL_RESOURCE_ATTRIBUTES ?? '', () => true) ?? []
  const attributes = Object.fromEntries(pairs.map(([name, value]) => [name, externalText(value)]))
  const name = externalText(env.OTEL_SERVICE_NAME ?? '')
  return {'service.name': 'hubspoke', ...attributes, ...(name !== '' && {'service.name': name})}
}

type Pair = readonly [name: string, value: string]

/** Undefined: one is not `name=value`, or not valid. Values are percent-encoded. */
function pairsIn(text: string, isValid: (pair: Pair) => boolean): readonly Pair[] | undefined {
  const pairs: Pair[] = []
  for (const entry of text.split(',').map((one) => one.trim())) {
    if (entry === '') continue
    const [, name = '', value = ''] = /^([^=]+?)\s*=\s*(.*)$/.exec(entry) ?? []
    const pair = [name, decoded(value)] as const
    if (name === '' || !isValid(pair)) return undefined
    pairs.push(pair)
  }
  return pairs
}

/** What HTTP allows, except for what belongs to the connection. */
function isHeader([name, value]: Pair): boolean {
  if (/^(?:host|connection|keep-alive|upgrade|expect|transfer-encoding|content-length|content-type)$/i.test(name)) {
    return false
  }
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)
}

function lowerCase(pairs: readonly Pair[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]))
}
