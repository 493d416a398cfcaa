import {expect, test} from 'vitest'
import {durationFlag} from './flag-types.ts'

test.each([
  {text: '99999h', says: '"99999h" is too long: 168h (7d) is the most.'},
  {text: '169h', says: '"169h" is too long: 168h (7d) is the most.'},
  {text: '2w', says: '"2w" is too long: 168h (7d) is the most.'},
  {
    text: '5',
    says: 'Invalid duration "5": use a number with a unit (ms, s, m, h, d or w), such as 30s or 1h30m.',
  },
  {
    text: '5y',
    says: 'Invalid duration "5y": use a number with a unit (ms, s, m, h, d or w), such as 30s or 1h30m.',
  },
])('$text: $says', async ({text, says}) => {
  await expect(parse(text)).rejects.toThrow(says)
})

test('a day is a duration', async () => {
  expect(await parse('1d')).toBe(86_400_000)
})

function parse(text: string) {
  const {parse: read} = durationFlag()
  return read(text, {} as Parameters<typeof read>[1], {} as Parameters<typeof read>[2])
}
