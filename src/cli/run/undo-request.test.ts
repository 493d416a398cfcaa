import {expect, test} from 'vitest'
import {requirePossibleUndo} from './undo-request.ts'

const undoes = {undoes: true}

test.each([
  {flags: {'undo-failed': false, wait: false}, verb: undoes, says: undefined},
  {flags: {'undo-failed': true, wait: true}, verb: undoes, says: undefined},
  {flags: {'undo-failed': true, wait: false}, verb: undoes, says: '--no-wait exclude each other'},
  {flags: {'undo-failed': true, wait: true}, verb: {undoes: false}, says: 'What "test" has written cannot be undone'},
  {flags: {'undo-failed': false, wait: true}, verb: {undoes: false}, says: undefined},
])('of $flags and $verb: $says', ({flags, verb, says}) => {
  const ask = () => requirePossibleUndo(flags, verb, 'test')
  if (says === undefined) expect(ask).not.toThrow()
  else expect(ask).toThrow(expect.objectContaining({failureClass: 'usage', message: expect.stringContaining(says)}))
})
