import {expect, test} from 'vitest'
import {parse} from 'yaml'
import {documentRenderers, renderNames} from './documents.ts'
import {summarizeFind, summarizeRun} from './summarize.ts'
import {failed, failure, match, reading, result, runFacts, scope, unreadable} from './testing/facts.ts'

const evil = 'a\x1b[31m "q" <b> & \x9b31m \u202e x\ny\t\ufeffz \u2028 日'
const shared = failure('rollout', evil)
const report = summarizeRun(
  runFacts({
    readings: [reading('eu'), unreadable('us', shared)],
    results: [
      failed('eu/shop/Deployment/web', shared),
      failed('eu/shop/Deployment/cart', shared, {reason: 'only \u202e here'}),
    ],
  }),
)

test.each([
  {format: 'json', read: (text: string): unknown => JSON.parse(text)},
  {format: 'yaml', read: (text: string): unknown => parse(text)},
] as const)('$format holds exactly the report, and nothing that a terminal obeys', async ({format, read}) => {
  const text = await documentRenderers[format](report)
  expect(read(text)).toEqual(structuredClone(report))
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e\ufeff\u2028]/u)
  expect(text.endsWith('\n')).toBe(true)
})

test('YAML repeats what is shared: anchors are hard to read, and many tools know none', async () => {
  expect(await documentRenderers.yaml(report)).not.toMatch(/[&*]a1/)
})

test('names are one target or workload a line, in order', () => {
  const printable = (text: string) => text.replaceAll('\n', '?')
  expect(renderNames(report, printable)).toBe('shop/Deployment/web/eu\nshop/Deployment/cart/eu\n')
  const readings = [reading('e\nu', {matches: [match('eu/pay/StatefulSet/db')]})]
  const found = summarizeFind({query: 'web', scope: scope(['e\nu']), readings, allowEmpty: false})
  expect(renderNames(found, printable)).toBe('pay/StatefulSet/db/e?u\n')
})

test('no names are an empty text', () => {
  expect(renderNames(summarizeRun(runFacts({results: []})), String)).toBe('')
  expect(renderNames(summarizeRun(runFacts({results: [result('a/b/DaemonSet/c')]})), String)).toBe('b/DaemonSet/c/a\n')
})
