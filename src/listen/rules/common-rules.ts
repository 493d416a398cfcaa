import type {HubspokeError} from '../../model/failure.ts'
import type {JsonSchema} from '../../yaml/shape.ts'
import type {Item, YamlReader} from '../../yaml/yaml-reader.ts'

/** Of names that are parts of paths and ids. */
export const nameRules = {
  pattern: /^[a-z0-9-]{1,40}$/,
  means: '1 to 40 lower-case letters, digits and "-"',
  maxLength: 40,
}

/** The error about a value that another parser refuses with this sentence. */
export function invalid(item: Item, reader: YamlReader, sentence: string): HubspokeError {
  return reader.wrong(item, `is not valid: ${sentence.replace(/\.$/, '')}`)
}

/** The schema of a mapping that has all of these keys. */
export function having(...keys: readonly string[]): JsonSchema {
  return {properties: Object.fromEntries(keys.map((key) => [key, true])), required: keys}
}
