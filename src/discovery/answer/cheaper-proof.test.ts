import {expect, test} from 'vitest'
import {listCostOf, whyListIsCheaper} from './cheaper-proof.ts'

const near = {roundTripMs: 0.2, bytesPerMs: 50_000}
const far = {roundTripMs: 100, bytesPerMs: 1_250} // 10 Mbit/s

test.each([
  {workloads: 60, link: near, lists: true, because: 'a list of sixty takes no time'},
  {workloads: 1_500, link: near, lists: true, because: 'a nearby list is faster than waiting for a bookmark'},
  {workloads: 10_000, link: near, lists: false, because: 'a list of ten thousand takes seconds anywhere'},
  {workloads: 60, link: far, lists: true, because: 'one page is one round trip'},
  {workloads: 1_500, link: far, lists: false, because: 'pages follow each other, and their bytes take their time'},
  {workloads: 1_500, link: {}, lists: true, because: 'the link is not measured, so it counts as a near one'},
])('$workloads workloads over $link: $because', ({workloads, link, lists}) => {
  expect(whyListIsCheaper(listCostOf({workloads}), link) !== undefined).toBe(lists)
})

test('the cost of the last list counts, in proportion to the present size', () => {
  const lastList = {workloads: 1_000, pages: 2, bytes: 5_000_000}
  expect(listCostOf({workloads: 1_500, lastList})).toEqual({workloads: 1_500, pages: 3, bytes: 7_500_000})
  expect(listCostOf({workloads: 1_500, lastList: {workloads: 0, pages: 1, bytes: 100}}).pages).toBe(3)
})

test('the reason names both estimates', () => {
  const list = {workloads: 1_000, pages: 2, bytes: 400_000}
  expect(whyListIsCheaper(list, near)).toBe('a list is estimated to take 358ms, catching up 800ms')
})
