import {describe, expect, test} from 'vitest'
import {parseReplicas, replicasFrom, replicasText} from './replicas.ts'

describe('a number of replicas', () => {
  test.each([
    {text: '5', current: 3, is: 5},
    {text: '0', current: 3, is: 0},
    {text: '007', current: 3, is: 7},
    {text: '+2', current: 3, is: 5},
    {text: '+2', current: 0, is: 2},
    {text: '-2', current: 3, is: 1},
    {text: 'x2', current: 3, is: 6},
    {text: 'x1.5', current: 3, is: 5},
    {text: 'x1.1', current: 10, is: 11},
    {text: 'x0.1', current: 3, is: 1},
    {text: 'x0.001', current: 1, is: 1},
    {text: 'x3', current: 0, is: 0},
  ])('$text of $current is $is', ({text, current, is}) => {
    expect(replicasFrom(parseReplicas(text), current)).toBe(is)
  })

  test.each([
    {text: '-3', current: 2, problem: 'it has 2 replicas, and -3 would be fewer than none'},
    {text: '-1', current: 1, problem: 'it has 1 replica, and -1 would end every pod, which needs --replicas 0'},
    {text: '-1', current: 0, problem: 'it has 0 replicas, and -1 would be fewer than none'},
    {text: 'x1000', current: 101, problem: 'it has 101 replicas, and x1000 would be more than 100000'},
  ])('$text of $current is not possible', ({text, current, problem}) => {
    expect(replicasFrom(parseReplicas(text), current)).toEqual({problem})
  })

  test.each(['', '1.5', 'abc', 'x-1', 'x', 'x1.', 'x1.2345', '++1', '+1.5', '1e3', '0x10', ' 5', '５', 'X2'])(
    '"%s" is refused',
    (text) => {
      expect(() => parseReplicas(text)).toThrow(
        expect.objectContaining({failureClass: 'usage', message: `Invalid number of replicas "${text}".`}),
      )
    },
  )

  test.each([
    {text: '+0', because: 'changes nothing'},
    {text: '-0', because: 'changes nothing'},
    {text: 'x1', because: 'changes nothing'},
    {text: 'x1.000', because: 'changes nothing'},
    {text: 'x0.0', because: 'needs the number itself'},
    {text: '100001', because: 'is out of range: at most 100000 replicas.'},
    {text: '-100001', because: 'is out of range: at most 100000 replicas.'},
    {text: 'x1001', because: 'more than 1000 times'},
    {text: '9'.repeat(400), because: 'is out of range: at most 100000 replicas.'},
  ])('$text is refused: $because', ({text, because}) => {
    expect(() => parseReplicas(text)).toThrow(
      expect.objectContaining({failureClass: 'usage', message: expect.stringContaining(because)}),
    )
  })

  test.each([
    {text: '05', is: '5'},
    {text: '+02', is: '+2'},
    {text: '-2', is: '-2'},
    {text: 'x1.50', is: 'x1.5'},
    {text: 'x2.0', is: 'x2'},
  ])('$text has one spelling: $is', ({text, is}) => {
    expect(replicasText(parseReplicas(text))).toBe(is)
  })
})
