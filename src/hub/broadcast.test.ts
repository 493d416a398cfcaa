import {expect, test} from 'vitest'
import {broadcast} from './broadcast.ts'

test('every listener receives every event in order, also after one that throws', () => {
  const heard: string[] = []
  const tell = broadcast([
    (event) => heard.push(`first ${event.type}`),
    () => {
      throw new Error('broken')
    },
    (event) => heard.push(`last ${event.type}`),
  ])
  tell({type: 'notice', message: 'a'})
  tell({type: 'detail', message: 'b'})
  expect(heard).toEqual(['first notice', 'last notice', 'first detail', 'last detail'])
})
