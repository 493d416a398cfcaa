import {expect, test} from 'vitest'
import {requirePossible} from './require-possible.ts'

test.each([
  {flags: {'undo-failed': false, wait: false}, reverts: true, says: undefined},
  {flags: {'undo-failed': true, wait: true}, reverts: true, says: undefined},
  {flags: {'undo-failed': true, wait: false}, reverts: true, says: '--no-wait exclude each other'},
  {flags: {'undo-failed': true, wait: true}, reverts: false, says: 'What "test" has written cannot be undone'},
  {flags: {'undo-failed': false, wait: true}, reverts: false, says: undefined},
])('of $flags and a verb that reverts ($reverts): $says', ({flags, reverts, says}) => {
  const ask = () => requirePossible(flags, {name: 'test', reverts}, {terminal: undefined})
  if (says === undefined) expect(ask).not.toThrow()
  else expect(ask).toThrow(expect.objectContaining({failureClass: 'usage', message: expect.stringContaining(says)}))
})
