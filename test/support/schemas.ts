import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js'

const folder = join(import.meta.dirname, '..', '..', 'schemas')
const compiled = new Map<string, ValidateFunction>()

/** The violations of the schema of a document's `type`; empty if it is valid. */
export function schemaErrors(document: unknown): readonly string[] {
  const type = typeof document === 'object' && document !== null && 'type' in document ? String(document.type) : ''
  if (!/^[A-Z][A-Za-z]+$/.test(type)) return [`no document: ${JSON.stringify(document)?.slice(0, 80)}`]
  const validate = compiled.get(type) ?? compile(type)
  compiled.set(type, validate)
  validate(document)
  return (validate.errors ?? []).map(({instancePath, message}) => `${type}${instancePath} ${message}`)
}

/** `RunReport` is described by `run-report.schema.json`. */
function compile(type: string): ValidateFunction {
  const name = type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
  const schema = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8'))
  const formats = {'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/}
  return new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true, formats}).compile(schema)
}
