import {expect, test} from 'vitest'
import {templateWriters} from './template-writers.ts'

const time = '2026-11-24T10:00:00Z'
const entry = (manager: string, fields: object) => ({manager, operation: 'Update', time, fieldsV1: fields})

test('field managers that have written the pod template, and no others', () => {
  const managedFields = [
    entry('kustomize-controller', {'f:metadata': {'f:labels': {}}, 'f:spec': {'f:template': {'f:spec': {}}}}),
    entry('hpa', {'f:spec': {'f:replicas': {}}}),
    entry('kube-controller-manager', {'f:status': {'f:replicas': {}}}),
    {manager: 'no-fields'},
  ]
  expect(templateWriters({metadata: {managedFields}})).toEqual([{manager: 'kustomize-controller', at: time}])
  expect(templateWriters({})).toEqual([])
})
