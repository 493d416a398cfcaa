import {own} from '../../../shared/own.ts'
import {quoted} from '../../../shared/problem.ts'
import type {JsonPath} from './json-position.ts'
import {type DocumentText, keepDocument} from './read-document.ts'
import {kindOf, type PlacedTarget, wrongName, wrongTargets} from './wrong-targets.ts'

/** The documents that name targets, each with the list that holds them. */
const lists: Readonly<Record<string, string>> = {
  FindReport: 'workloads',
  StatusReport: 'workloads',
  RunReport: 'results',
  LedgerReport: 'targets',
}

const knownVersion = 1

/** Our own documents have UIDs of 36 characters, hashes of 64, or a URL. */
const longestUid = 512

type Entry = Readonly<Record<string, unknown>>

/**
 * The targets of a document of hubspoke, all of them, whatever their outcome is. Keys that are not needed are ignored.
 *
 * @throws HubspokeError of class `usage` with line and column: for another document, another version, a target that is not a
 * workload, and for an entry without the names that it needs
 */
export function targetsOfDocument(document: DocumentText): readonly PlacedTarget[] {
  const key = listOf(document)
  const entries = isEntry(document.value) ? own(document.value, key) : undefined
  if (!Array.isArray(entries)) throw wrong(document, [key], `"${key}" must be the list of targets`)
  return entries.map((entry: unknown, index) => targetOf(document, entry, [key, index]))
}

function listOf(document: DocumentText): string {
  const {value} = document
  if (!isEntry(value)) {
    const why = 'this is not a document of "find", "status", a verb or "runs show"'
    throw wrong(document, [], why, keepDocument)
  }
  const [type, version] = [own(value, 'type'), own(value, 'schemaVersion')]
  const list = typeof type === 'string' ? own(lists, type) : undefined
  if (list === undefined) {
    const found =
      typeof type === 'string' ? `a document of the type ${quoted(type)} names no targets` : 'it has no "type"'
    throw wrong(document, ['type'], `${found}; ${Object.keys(lists).join(', ')} do`, keepDocument)
  }
  if (version !== knownVersion) {
    const why = `"schemaVersion" must be ${knownVersion}, not ${quoted(JSON.stringify(version) ?? 'missing')}`
    throw wrong(document, ['schemaVersion'], why, ['use the version of hubspoke that wrote it, or write it again'])
  }
  return list
}

function targetOf(document: DocumentText, entry: unknown, path: JsonPath): PlacedTarget {
  if (!isEntry(entry)) throw wrong(document, path, 'a target must be an object')
  if (own(entry, 'type') !== undefined) {
    throw wrong(document, [...path, 'type'], 'this target is not a workload')
  }
  const text = (key: string, longest: number) => textOf(document, entry, {key, path, longest})
  const names = {
    context: text('context', 1_024),
    kind: text('kind', 64),
    namespace: text('namespace', 253),
    name: text('name', 253),
  }
  const wrongOne = wrongName(names)
  const kind = kindOf(names.kind)
  if (wrongOne !== undefined || kind === undefined) {
    throw wrong(document, [...path, wrongOne?.key ?? 'kind'], wrongOne?.why ?? 'it has no kind')
  }
  const clusterUid = text('clusterUid', longestUid)
  if (clusterUid === '') throw wrong(document, [...path, 'clusterUid'], '"clusterUid" must not be empty')
  const uid = text('uid', longestUid) || undefined // only an image cache has named it
  const target = {...names, kind, clusterUid, uid}
  return {target, at: () => document.at(path)}
}

function textOf(
  document: DocumentText,
  entry: Entry,
  {key, path, longest}: {readonly key: string; readonly path: JsonPath; readonly longest: number},
): string {
  const value = own(entry, key)
  if (value === undefined) throw wrong(document, path, `a target has no "${key}"`)
  if (typeof value !== 'string') throw wrong(document, [...path, key], `"${key}" must be a text`)
  if (value.length > longest) throw wrong(document, [...path, key], `"${key}" is longer than ${longest} characters`)
  return value
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong({file, at}: DocumentText, path: JsonPath, why: string, suggestions: readonly string[] = []) {
  return wrongTargets(file, {at: at(path), why}, suggestions)
}
