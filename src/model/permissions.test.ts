import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {leaseNames} from '../lease/lease-record.ts'
import {permittedVerbs} from './permission.ts'
import {needsOf, permissionsOf} from './permissions.ts'

const commands = join(import.meta.dirname, '..', 'commands')
const reach = {namespaces: [], cacheNamespace: 'hubspoke-system'}
const narrow = {...reach, namespaces: ['shop', 'pay']}

/** They need what other commands need, and nothing of their own: `sandbox --record` lists as `find` does. */
const withoutRow = ['check', 'sandbox']

test('every command that reaches clusters has its row, and every row its command', () => {
  const reaching = globSync('**/*.ts', {cwd: commands})
    .filter((file) => readFileSync(join(commands, file), 'utf8').includes('...contextFlags'))
    .map((file) => file.replace(/\.ts$/, '').replaceAll('/', ' '))
    .filter((verb) => !withoutRow.includes(verb))
  expect(reaching.sort()).toEqual([...permittedVerbs].sort())
})

test('the Lease that may be limited by name is the one that a run takes', () => {
  const names = permissionsOf('restart').flatMap(({resources, name}) => (resources.includes('leases') ? [name] : []))
  expect(names).toEqual([leaseNames.run, undefined, leaseNames.run])
})

test('the same permission is asked for once by a command', () => {
  for (const verb of permittedVerbs) {
    const needs = needsOf(verb, reach).map((need) => `${need.verb} ${need.resource} ${need.namespace} ${need.name}`)
    expect(new Set(needs).size, verb).toBe(needs.length)
  }
})

test('without namespaces, workloads are of all of them; the cache and the lock have their own', () => {
  const places = needsOf('restart', reach).map(({resource, namespace}) => `${resource} in ${namespace}`)
  expect(places).toContain('deployments in undefined')
  expect(places).toContain('leases in hubspoke-system')
})

test('with namespaces, once for each; what helps only in all of them is left out, what is needed there stands out', () => {
  const found = needsOf('find', narrow)
  expect(found.filter(({verb}) => verb === 'watch')).toEqual([])
  expect(found.filter(({resource}) => resource === 'deployments').map(({namespace}) => namespace)).toEqual([
    'shop',
    'pay',
  ])
  expect(found.every(({beyond}) => !beyond)).toBe(true)
  const refresh = needsOf('cache refresh', narrow).filter(({resource}) => resource === 'deployments')
  expect(refresh).toMatchObject([{verb: 'list', beyond: true}])
  expect(refresh[0]).not.toHaveProperty('namespace')
})

test('what it is for and what comes of it without are parts of sentences', () => {
  for (const {why, without} of permittedVerbs.flatMap(permissionsOf)) {
    expect(why).toMatch(/^(?:[a-z]|ConfigMaps).*[^.]$/)
    expect(without).toMatch(/^(?:[a-z]|ConfigMaps).*[^.]$/)
  }
})
