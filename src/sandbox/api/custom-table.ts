import type {CustomTraits, PrinterColumn} from '../objects/define-resource.ts'
import {isObject} from '../patches/json.ts'
import type {TableKind} from './table.ts'
import {age} from './table-cells.ts'

/** What `kubectl get` shows of a custom resource: its name, and the columns that its definition names. */
export function customTable({columns}: CustomTraits): TableKind {
  return {
    columns: [
      {name: 'Name', type: 'string', priority: 0},
      ...columns.map(({name, type, priority = 0}) => ({name, type, priority})),
    ],
    cells: (object, now) => [object.metadata.name, ...columns.map((column) => cell(object, column, now))],
  }
}

function cell(object: object, {type, jsonPath}: PrinterColumn, now: Date): string | number {
  const [value] = select([object], steps(jsonPath))
  if (value === undefined || value === null) return ''
  if (type === 'date') return age({metadata: {name: '', creationTimestamp: String(value)}}, now)
  if (typeof value === 'number') return value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `.status.conditions[?(@.type=="Ready")].status` as its steps: names, `[0]`, `[*]`, and equality as a filter. */
function steps(path: string): readonly string[] {
  return path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []
}

function select(values: readonly unknown[], [step, ...rest]: readonly string[]): readonly unknown[] {
  if (step === undefined) return values
  return select(
    values.flatMap((value) => at(value, step)),
    rest,
  )
}

function at(value: unknown, step: string): readonly unknown[] {
  const inside = /^\[(.*)\]$/.exec(step)?.[1]
  if (inside === undefined) return isObject(value) ? [value[step]] : []
  if (!Array.isArray(value)) return []
  if (inside === '*') return value
  const [, field, wanted] = /^\?\(@\.([\w.]+)\s*==\s*["'](.*)["']\)$/.exec(inside) ?? []
  if (field === undefined) return [value[Number(inside)]]
  return value.filter((each) => select([each], field.split('.'))[0] === wanted)
}
