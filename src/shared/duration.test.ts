import {expect, test} from 'vitest'
import {formatDuration, parseDuration} from './duration.ts'

test.each([
  {text: '0', ms: 0, because: 'zero needs no unit'},
  {text: '300ms', ms: 300, because: 'milliseconds are not minutes'},
  {text: '30s', ms: 30_000, because: 'seconds'},
  {text: '1.5h', ms: 5_400_000, because: 'fractions are allowed'},
  {text: '1h30m', ms: 5_400_000, because: 'units add up'},
  {text: '30', ms: undefined, because: 'a bare number has no unit'},
  {text: '', ms: undefined, because: 'nothing was said'},
  {text: '-5s', ms: undefined, because: 'a duration is not negative'},
  {text: '5 s', ms: undefined, because: 'a space separates two words'},
  {text: '87600h', ms: 315_360_000_000, because: 'ten years'},
  {text: '87601h', ms: undefined, because: 'the limit is ten years'},
  {text: '9e99s', ms: undefined, because: 'exponents are not allowed'},
  {text: '0x1fs', ms: undefined, because: 'hexadecimal is not allowed'},
  {text: `${'9'.repeat(400)}h`, ms: undefined, because: 'it exceeds every number'},
  {text: 'NaNs', ms: undefined, because: 'it is not a number'},
  {text: '+5s', ms: undefined, because: 'signs are none'},
  {text: '٣s', ms: undefined, because: 'digits are ASCII'},
  {text: '30d', ms: 2_592_000_000, because: 'days are printed, too'},
  {text: '3d4h', ms: 273_600_000, because: 'printed durations can be typed'},
  {text: '2w', ms: 1_209_600_000, because: 'weeks'},
  {text: '1y', ms: undefined, because: 'years differ in length'},
])('$text: $because', ({text, ms}) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  {ms: 850, text: '850ms'},
  {ms: 4_240, text: '4.2s'},
  {ms: 42_400, text: '42s'},
  {ms: 60_000, text: '1m'},
  {ms: 192_000, text: '3m12s'},
  {ms: 7_500_000, text: '2h5m'},
  {ms: 273_600_000, text: '3d4h'},
])('$ms ms is $text', ({ms, text}) => {
  expect(formatDuration(ms)).toBe(text)
})
