import {expect, test} from 'vitest'
import type {CheckEntry} from '../model/check-report.ts'
import {clockWords, credentialsWords, missingLines, noteLines} from './check-notes.ts'
import {summarizeCheck} from './summarize.ts'
import {checked, permission} from './testing/checked.ts'
import {failure} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const pipe: ViewOptions = {width: undefined, color: false, wide: false, printable: (text) => text}
const notes = (...entries: readonly CheckEntry[]) => noteLines(summarizeCheck(entries).contexts, pipe)
const hourMs = 3_600_000
const ending = (leftMs: number, renewed = false) => ({
  credentials: {expiresAt: '2026-11-25T00:00:00Z', leftMs, renewed},
})

test('nothing is missing, nothing is worth knowing: no lines', () => {
  expect(missingLines([checked('eu', {permissions: [permission()]})], pipe)).toEqual([])
  expect(notes(checked('eu'), checked('us'))).toEqual([])
})

test('what is missing is said once for all commands and contexts; what is needed first, then what comes of the rest', () => {
  const lease = permission({
    purpose: 'restart',
    verb: 'update',
    resource: 'leases.coordination.k8s.io',
    namespace: 'hubspoke-system',
    name: 'hubspoke-run',
    allowed: false,
    essential: false,
    without: 'nothing keeps other runs out',
  })
  const permissions = [
    permission({allowed: false}),
    permission({purpose: 'restart', allowed: false}),
    lease,
    {...lease, verb: 'create', name: null},
    permission({verb: 'get', resource: 'namespaces', name: 'kube-system', allowed: false, essential: true}),
  ]
  expect(missingLines([checked('eu', {permissions}), checked('us', {permissions: [lease]})], pipe)).toEqual([
    'Not permitted:',
    '  find and restart: may not list deployments.apps in all namespaces (eu)',
    '  find: may not get namespaces "kube-system" (eu)',
    '',
    'Optional permissions missing:',
    '  restart: nothing keeps other runs out; may not update leases.coordination.k8s.io "hubspoke-run" in namespace ' +
      'hubspoke-system and create leases.coordination.k8s.io in namespace hubspoke-system (eu and us)',
    '',
  ])
})

test('contexts of one cluster are named as such, each cluster once', () => {
  const both = {uid: 'u1'}
  expect(notes(checked('eu', both), checked('us'), checked('eu-admin', both))).toEqual([
    'Notes:',
    '  eu and eu-admin point at the same cluster.',
    '',
  ])
})

test('contexts that could not be asked are not of one cluster', () => {
  const down = {uid: null, problem: failure('unreachable')}
  const {contexts} = summarizeCheck([checked('eu', down), checked('us', down)])
  expect(contexts.map(({sameClusterAs}) => sameClusterAs)).toEqual([[], []])
})

test.each([
  {clockSkewMs: 30_000, line: undefined, words: 'none', because: 'so much is nothing'},
  {clockSkewMs: 31_000, line: 'The clock of this machine is 31s ahead of that of eu.', words: '31s ahead'},
  {clockSkewMs: -31_000, line: 'The clock of this machine is 31s behind that of eu.', words: '31s behind'},
  {clockSkewMs: null, line: undefined, words: '-', because: 'the server does not say'},
])('a clock that is off by $clockSkewMs: $words', ({clockSkewMs, line, words}) => {
  const entry = checked('eu', {clockSkewMs})
  expect(clockWords(entry)).toBe(words)
  expect(notes(entry)).toEqual(line === undefined ? [] : ['Notes:', `  ${line}`, ''])
})

test('clocks that are off alike are one line', () => {
  expect(notes(checked('eu', {clockSkewMs: 60_000}), checked('us', {clockSkewMs: 60_000}))[1]).toBe(
    '  The clock of this machine is 1m ahead of that of eu and us.',
  )
})

test.each([
  {with: ending(3 * hourMs), words: '3h left', line: 'The credentials of eu end in 3h, by the clock of the server.'},
  {with: ending(-1), words: 'ended', line: 'The credentials of eu have ended, by the clock of the server.'},
  {with: ending(3 * hourMs, true), words: '3h left, renewed', line: undefined},
  {with: ending(24 * 7 * hourMs), words: '7d left', line: undefined},
  {with: {}, words: '-', line: undefined},
])('credentials: $words', ({with: more, words, line}) => {
  const entry = checked('eu', more)
  expect(credentialsWords(entry)).toBe(words)
  expect(notes(entry)).toEqual(line === undefined ? [] : ['Notes:', `  ${line}`, ''])
})
