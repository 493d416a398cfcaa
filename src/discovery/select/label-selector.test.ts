import {expect, test} from 'vitest'
import {readableSelectors, unreadableSelectors} from '../../../test/support/label-selectors.ts'
import {HubspokeError} from '../../model/failure.ts'
import {refuseUnreadableSelector} from './label-selector.ts'

function refusal(selector: string): HubspokeError {
  try {
    refuseUnreadableSelector(selector)
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
  throw new Error(`${selector} was not refused`)
}

test.each(readableSelectors.filter((selector) => selector.trim() !== ''))('%j is valid', (selector) => {
  expect(() => refuseUnreadableSelector(selector)).not.toThrow()
})

test.each(unreadableSelectors)('$selector is wrong usage: $because', ({selector}) => {
  expect(refusal(selector)).toMatchObject({
    failureClass: 'usage',
    message: expect.stringMatching(/^The label selector /),
  })
})

test.each([
  {
    selector: 'app web',
    says: 'The label selector "app web" cannot be read: "web" was found where an operator is expected.',
  },
  {
    selector: 'app in (web',
    says: 'The label selector "app in (web" cannot be read: it ends where "," or ")" is expected.',
  },
  {selector: 'app=a/b', says: 'The label selector "app=a/b" cannot be read: "a/b" is not a valid label value.'},
  {selector: 'a_b/c', says: 'The label selector "a_b/c" cannot be read: "a_b/c" is not a valid label name.'},
  {selector: 'a>b', says: 'The label selector "a>b" cannot be read: "b" is not a whole number.'},
  {selector: '\u001b[2J', says: 'The label selector "\\x1b[2J" cannot be read: "\\x1b[2J" is not a valid label name.'},
])('$selector: says what is wrong, and where', ({selector, says}) => {
  expect(refusal(selector).message).toBe(says)
})

test.each(['', ' ', '\t'])('%j selects everything on a server, so it is refused', (selector) => {
  expect(refusal(selector).message).toBe('The label selector is empty, so it would choose every workload.')
})

test('the time for a long one is linear in its length', () => {
  const many = Array.from({length: 20_000}, (_, i) => `key-${i} in (a,b)`).join(',')
  expect(() => refuseUnreadableSelector(many)).not.toThrow()
  expect(refusal('('.repeat(100_000)).message.length).toBeLessThan(400)
})
