import {type JsonObject, objectAt, objectsAt, stringsOf, textAt} from '../json-fields.ts'

/** A `LabelSelector` as the equivalent query parameter; empty: it selects nothing that a rollout could wait for. */
export function toSelector(selector: JsonObject): string {
  const labels = Object.entries(stringsOf(objectAt(selector, 'matchLabels'))).map(([key, value]) => `${key}=${value}`)
  return [...labels, ...objectsAt(selector, 'matchExpressions').map(toRequirement)].join(',')
}

function toRequirement(expression: JsonObject): string {
  const key = textAt(expression, 'key')
  const values = Array.isArray(expression.values) ? expression.values.join(',') : ''
  switch (textAt(expression, 'operator')) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}
