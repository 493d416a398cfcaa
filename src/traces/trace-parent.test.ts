import {expect, test} from 'vitest'
import {parseTraceParent} from './trace-parent.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

test.each([
  {text: `00-${traceId}-${spanId}-01`, isSampled: true},
  {text: `00-${traceId}-${spanId}-00`, isSampled: false},
  {text: `00-${traceId}-${spanId}-fe`, isSampled: false},
  {text: `00-${traceId}-${spanId}-ff`, isSampled: true},
  {text: `cc-${traceId}-${spanId}-01-what-the-future-adds`, isSampled: true},
])('$text', ({text, isSampled}) => {
  expect(parseTraceParent(text)).toEqual({traceId, spanId, isSampled})
})

test.each([
  '',
  'x',
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-1`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId}-${spanId}-01 `,
  `ff-${traceId}-${spanId}-01`,
  `cc-${traceId}-${spanId}-01.more`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.slice(1)}-${spanId}-01`,
  `00-${traceId}-${spanId}-01\n`,
])('invalid: %j', (text) => {
  expect(parseTraceParent(text)).toBeUndefined()
})
