import {createHash} from 'node:crypto'
import {isRecord, type Manifest} from './manifest.ts'

/**
 * `sha256:<hex>` of what the manifests say: the same for the same objects, however they are formatted, ordered, and
 * distributed over files. The order of keys does not matter, and that of lists does.
 */
export function manifestsDigest(manifests: readonly Manifest[]): string {
  const hash = createHash('sha256')
  // No JSON text contains a line break.
  for (const text of manifests.map(({object}) => canonicalJson(object)).sort()) hash.update(`${text}\n`)
  return `sha256:${hash.digest('hex')}`
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value)
  const fields = Object.keys(value).sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`
}
