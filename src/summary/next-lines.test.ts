import {expect, test} from 'vitest'
import type {Trouble} from './group-troubles.ts'
import {nextLines, suggestionsOf} from './next-lines.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}
const trouble = (name: string, message: string, ...suggestions: readonly string[]): Trouble => {
  return {name, class: 'unreachable', message, note: '', suggestions}
}
const down = (context: string) =>
  trouble(context, `Cannot reach "${context}".`, `kubectl --context ${context} version`, 'ping', 'route')
const refused = trouble('eu', 'The credentials were refused.', 'kubectl --context eu auth whoami')
const next = (...troubles: readonly Trouble[]) =>
  nextLines(suggestionsOf([{word: 'NOT READ', noun: 'context', tone: 'failure', troubles}]), terminal)

test('contexts that fail alike are told their own commands, three of them, before what else may be tried', () => {
  expect(next(...['a', 'b', 'c', 'd', 'e'].map(down))).toEqual([
    'Next:',
    '  kubectl --context a version',
    '  kubectl --context b version',
    '  kubectl --context c version',
    '  ping',
    '  route',
    '  … and 2 more; -o json has them all.',
  ])
})

test('every kind of trouble has its first command before any has its second place', () => {
  expect(next(down('a'), down('b'), refused)).toEqual([
    'Next:',
    '  kubectl --context a version',
    '  kubectl --context eu auth whoami',
    '  kubectl --context b version',
    '  ping',
    '  route',
  ])
})

test('a command that many places share is there once', () => {
  const same = ['a', 'b', 'c', 'd'].map((name) => trouble(name, 'No.', 'hubspoke check'))
  expect(next(...same, trouble('e', 'No.', 'hubspoke check', 'ping'))).toEqual(['Next:', '  hubspoke check', '  ping'])
})

test('without suggestions there is no heading', () => {
  expect(next(trouble('a', 'No.'))).toEqual([])
})
