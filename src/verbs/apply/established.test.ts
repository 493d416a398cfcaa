import {expect, test} from 'vitest'
import {isEstablished, requireStays} from './established.ts'

const conditions = (...list: readonly object[]) => ({status: {conditions: list}})
const accepted = {type: 'NamesAccepted', status: 'True'}

test.each([
  {because: 'it has no status yet', object: {}, is: false},
  {because: 'its status is no object', object: {status: 'x'}, is: false},
  {because: 'its names are accepted, and no more', object: conditions(accepted), is: false},
  {because: 'it is not established', object: conditions(accepted, {type: 'Established', status: 'False'}), is: false},
  {because: 'it is established', object: conditions(accepted, {type: 'Established', status: 'True'}), is: true},
])('the kind of a definition is served: $is, because $because', ({object, is}) => {
  expect(isEstablished(object)).toBe(is)
})

test('a definition whose names are taken is refused, with the reason of the server', () => {
  const refused = conditions({type: 'NamesAccepted', status: 'False', message: '"Widget" is already in use'})
  expect(() => isEstablished(refused)).toThrow('The names of its kind are not accepted: "Widget" is already in use.')
})

test.each([
  {object: {metadata: {}}, stays: true},
  {object: {metadata: {}, status: {phase: 'Active'}}, stays: true},
  {object: {metadata: {deletionTimestamp: '2026-11-24T10:00:00Z'}}, stays: false},
  {object: {metadata: {}, status: {phase: 'Terminating'}}, stays: false},
])('$object stays: $stays', ({object, stays}) => {
  const check = () => requireStays(object)
  if (stays) expect(check).not.toThrow()
  else expect(check).toThrow('It is being deleted')
})
