import {beginningOf, builtInType} from '../fields/built-in-types.ts'
import type {FieldRules} from '../fields/managed-fields.ts'
import type {Resource} from './resources.ts'
import {ownsStatus} from './strategy.ts'

/** How a write of this resource, or of one of its subresources, owns and merges fields. */
export function fieldRulesOf(resource: Resource, subresource?: string): FieldRules {
  const {kind, custom} = resource
  return {
    type: custom?.fieldType ?? builtInType(kind),
    beginning: custom === undefined ? beginningOf(kind) : {},
    ignored: subresource === undefined && ownsStatus(resource) ? ['status'] : [],
  }
}
