import {expect, test} from 'vitest'
import {ledgerDirectory} from './ledger-directory.ts'

test.each([
  {env: {XDG_STATE_HOME: '/state'}, expected: '/state/hubspoke/runs'},
  {env: {}, expected: '/home/ada/.local/state/hubspoke/runs'},
  {env: {XDG_STATE_HOME: ''}, expected: '/home/ada/.local/state/hubspoke/runs'},
  {env: {XDG_STATE_HOME: 'state'}, expected: '/home/ada/.local/state/hubspoke/runs'},
])('$env: $expected', ({env, expected}) => {
  expect(ledgerDirectory({env, homeDir: '/home/ada'})).toBe(expected)
})
