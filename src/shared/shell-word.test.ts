import {expect, test} from 'vitest'
import {shellWord} from './shell-word.ts'

test.each([
  ['prod-eu', 'prod-eu'],
  ['arn:aws:eks:eu-west-1:123:cluster/prod', 'arn:aws:eks:eu-west-1:123:cluster/prod'],
  ['admin@prod.example', 'admin@prod.example'],
  ['!dev', "'!dev'"],
  ['prod-*', "'prod-*'"],
  ["it's $HOME", "'it'\\''s $HOME'"],
  ['', "''"],
  ['a\u001b[2J', "'a\\x1b[2J'"],
])('%j is typed %s', (text, word) => {
  expect(shellWord(text)).toBe(word)
})
