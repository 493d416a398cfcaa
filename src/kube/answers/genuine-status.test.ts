import {expect, test} from 'vitest'
import {workloadResources} from '../workloads/workload-resources.ts'
import {genuineStatus, saysMissing} from './genuine-status.ts'
import type {About} from './question.ts'
import {leases} from './resource.ts'

const web: About = {resource: workloadResources.Deployment, namespace: 'shop', name: 'web', mayMiss: ['object']}
const lease: About = {
  resource: leases,
  namespace: 'hubspoke-system',
  name: 'run',
  mayMiss: ['object'],
  bareNotFound: true,
}
const details = {name: 'web', group: 'apps', kind: 'deployments'}
const notFound = (more: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'NotFound',
  code: 404,
  details,
  ...more,
})

/** How a 404 with this body is judged. */
function verdictOn(body: unknown, about: About): 'missing' | 'genuine' | 'not of an API server' {
  const status = genuineStatus(body, 404, about)
  if (status === undefined) return 'not of an API server'
  return saysMissing(status, about) ? 'missing' : 'genuine'
}

test.each([
  {body: notFound(), verdict: 'missing', because: 'it names exactly this object'},
  {body: notFound({details: {...details, name: 'api'}}), verdict: 'not of an API server', because: 'another object'},
  {
    body: notFound({details: {...details, group: 'extensions'}}),
    verdict: 'not of an API server',
    because: 'another group',
  },
  {body: notFound({details: undefined}), verdict: 'genuine', because: 'it names nothing'},
  {body: notFound({details: {}}), verdict: 'genuine', because: 'it names nothing'},
  {body: notFound({reason: 'Gone'}), verdict: 'genuine', because: 'another reason'},
  {body: notFound({code: 403}), verdict: 'not of an API server', because: 'its code is not that of the response'},
  {body: notFound({status: 'Success'}), verdict: 'not of an API server', because: 'a success is no refusal'},
  {
    body: notFound({details: {...details, causes: [{reason: 'UnexpectedServerResponse'}]}}),
    verdict: 'not of an API server',
    because: 'a client library made it from an unreadable answer',
  },
  {body: '404 page not found', verdict: 'not of an API server', because: 'it is a page'},
])('a 404 for a workload: $because', ({body, verdict}) => {
  expect(verdictOn(body, web)).toBe(verdict)
})

test('a 404 without details counts for a Lease, too: creating it shows whether it was true', () => {
  expect(verdictOn(notFound({details: undefined}), lease)).toBe('missing')
  expect(verdictOn(notFound(), lease)).toBe('not of an API server')
  expect(verdictOn('404 page not found', lease)).toBe('not of an API server')
})
