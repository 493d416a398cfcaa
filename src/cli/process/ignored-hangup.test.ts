import {expect, test} from 'vitest'
import {ignoresHangup, isHangupIgnored} from './ignored-hangup.ts'

test.each([
  {mask: '0000000000000001', ignored: true},
  {mask: '0000000000001007', ignored: true},
  {mask: '0000000000001006', ignored: false},
  {mask: '0000000000000000', ignored: false},
])('a parent that ignores $mask: $ignored', ({mask, ignored}) => {
  expect(ignoresHangup(`Name:\tsh\nSigIgn:\t${mask}\nSigCgt:\t0000000000000001\n`)).toBe(ignored)
})

test.each([
  {_: '/usr/bin/nohup', ignored: true},
  {_: 'nohup', ignored: true},
  {_: '/usr/bin/hubspoke', ignored: false},
  {_: undefined, ignored: false},
])('a shell that notes $_: $ignored', ({_, ignored}) => {
  expect(isHangupIgnored({_}, -1)).toBe(ignored)
})
