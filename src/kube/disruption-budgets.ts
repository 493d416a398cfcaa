import type {DisruptionBudget, LabelRequirement} from '../model/disruption-budget.ts'
import {readList} from './answers/read-list.ts'
import {disruptionBudgets} from './answers/resource.ts'
import type {Api} from './api.ts'
import {type JsonObject, numberAt, objectAt, objectsAt, sentenceAt, stringsOf, textAt} from './json-fields.ts'
import type {DisruptionBudgets} from './ports/disruption-budgets.ts'

export function createDisruptionBudgets(api: Api): DisruptionBudgets {
  return {
    async list(namespace, signal) {
      return (await readList(api, disruptionBudgets, {namespace, informs: true}, signal)).map(toDisruptionBudget)
    },
  }
}

function toDisruptionBudget(object: JsonObject): DisruptionBudget {
  const metadata = objectAt(object, 'metadata')
  const spec = objectAt(object, 'spec')
  return {
    namespace: textAt(metadata, 'namespace'),
    name: sentenceAt(metadata, 'name'),
    selector: 'selector' in spec ? toRequirements(objectAt(spec, 'selector')) : undefined,
    minAvailable: shareOf(spec.minAvailable),
    maxUnavailable: shareOf(spec.maxUnavailable),
    expectedPods: numberAt(objectAt(object, 'status'), 'expectedPods'),
  }
}

function toRequirements(selector: JsonObject): readonly LabelRequirement[] {
  const labels = Object.entries(stringsOf(objectAt(selector, 'matchLabels')))
  return [
    ...labels.map(([key, value]) => ({key, operator: 'In', values: [value]})),
    ...objectsAt(selector, 'matchExpressions').map((expression) => ({
      key: textAt(expression, 'key'),
      operator: textAt(expression, 'operator'),
      values: Array.isArray(expression.values) ? expression.values.map(String) : [],
    })),
  ]
}

function shareOf(value: unknown): number | string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}
