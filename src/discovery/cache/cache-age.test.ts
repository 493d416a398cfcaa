import {expect, test} from 'vitest'
import {cacheAgeMs} from './cache-age.ts'

const at = (time: string) => new Date(`2026-11-24T${time}Z`)
const version = {uid: 'u', resourceVersion: '7', bytes: 9}
const present = (more: {readonly builtAt?: Date; readonly serverDate?: Date}) => {
  const {serverDate, ...cache} = more
  return {
    ...version,
    state: 'present' as const,
    cache: {resourceVersions: new Map(), ...cache},
    ...(serverDate && {serverDate}),
  }
}

test.each([
  {
    because: 'the server sends its time',
    stored: present({builtAt: at('11:00:00'), serverDate: at('11:05:00')}),
    ms: 300_000,
  },
  {
    because: 'the server does not, so this machine’s clock is used',
    stored: present({builtAt: at('11:00:00')}),
    ms: 3_600_000,
  },
  {because: 'it is from the future', stored: present({builtAt: at('13:00:00')}), ms: 0},
  {because: 'it has no build time', stored: present({serverDate: at('11:05:00')}), ms: undefined},
  {because: 'there is none', stored: {state: 'missing' as const}, ms: undefined},
])('the age of a cache is $ms ms where $because', ({stored, ms}) => {
  expect(cacheAgeMs(stored, {date: () => at('12:00:00')})).toBe(ms)
})
