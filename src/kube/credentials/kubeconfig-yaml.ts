import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {printable} from '../../shared/printable.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {type JsonObject, objectOf} from '../json-fields.ts'

/**
 * The mapping in a kubeconfig file, with every scalar as text. Like kubectl, it reads only the first document.
 *
 * @throws HubspokeError `usage` that names the file and the line; it never quotes the text
 */
export async function parseYaml(text: string, file: string): Promise<JsonObject> {
  const {isScalar, LineCounter, parseDocument, visit} = await import('yaml')
  const lines = new LineCounter()
  const document = withinDepth(file, () =>
    parseDocument(text, {
      // Strings, lists, mappings and null: kubectl, too, requires text in every field that is read here.
      schema: 'failsafe',
      customTags: (tags) => [...tags, 'null'],
      merge: true,
      lineCounter: lines,
      prettyErrors: false,
      // Warnings quote the file.
      logLevel: 'silent',
    }),
  )
  const [error] = document.errors
  if (error !== undefined) {
    const line = `line ${lines.linePos(error.pos[0]).line}`
    throw unreadable(file, error.code === 'DUPLICATE_KEY' ? `repeats a key (${line})` : `is not valid YAML (${line})`)
  }
  if (hasMore(text.slice(document.range[2]))) {
    throw unreadable(
      file,
      'has several documents, of which kubectl reads the first; make each a file of its own and list them in KUBECONFIG',
    )
  }
  visit(document, {
    Pair(_, {key, value}) {
      if (!isScalar(key) || !isScalar(value) || !booleans.has(String(key.value)) || value.value === null) return
      value.value = value.type === 'PLAIN' ? booleanOf(String(value.value)) : neither
    },
  })
  const root = toPlain(document, file)
  if (root === null) return {}
  if (typeof root !== 'object' || Array.isArray(root)) {
    const line = lines.linePos(document.contents?.range[0] ?? 0).line
    throw unreadable(file, `is not a kubeconfig: what starts at line ${line} is not a mapping`)
  }
  return objectOf(root)
}

/** Booleans without quotes as YAML 1.1 spells them, like kubectl. */
const booleans: ReadonlySet<string> = new Set(['insecure-skip-tls-verify', 'provideClusterInfo'])
const neither = 'neither true nor false'

function booleanOf(text: string): string {
  if (/^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return 'true'
  return /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text) ? 'false' : neither
}

/** Is there anything after the first document but separators and comments? */
function hasMore(rest: string): boolean {
  return rest.split('\n').some((line) => !/^\s*(?:#.*)?$|^(?:---|\.\.\.)\s*(?:#.*)?$/.test(line))
}

function withinDepth<Result>(file: string, parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(file, 'is nested more deeply than a kubeconfig needs')
    throw error
  }
}

/** The field of an entry that has a list or a mapping instead of text: usually a template that was not filled in. */
export function oddField(entry: JsonObject, lists: readonly string[]): string | undefined {
  const odd = Object.entries(entry).find(
    ([name, value]) => value === neither || (typeof value === 'object' && value !== null && !lists.includes(name)),
  )
  return odd && `its field ${externalText(odd[0])} is ${odd[1] === neither ? neither : 'no text'}`
}

/** Throws where nested aliases would grow without bound. */
function toPlain(document: {toJS(): unknown}, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (error instanceof ReferenceError) throw unreadable(file, 'has more YAML aliases than a kubeconfig needs')
    // A merge (<<) of something that is not a mapping; kubectl refuses the file, too.
    throw unreadable(
      file,
      'merges (<<) something that is not a mapping, or is nested more deeply than a kubeconfig needs',
    )
  }
}

/** The file as a whole cannot be used. */
export function unreadable(file: string, why: string): HubspokeError {
  return new HubspokeError('usage', `The kubeconfig file ${printable(file)} ${why}.`, {
    suggestions: [`kubectl --kubeconfig ${shellWord(externalText(file))} config view`],
  })
}
