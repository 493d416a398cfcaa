import {expect, test} from 'vitest'
import {otlpRequests, rejectedPart} from './otlp-json.ts'
import type {Span} from './span.ts'

const source = {resource: {'service.name': 'hubspoke'}, version: '1.2.3'}

const span: Span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: undefined,
  name: 'spoke',
  startedAt: 1_795_550_400_001,
  endedAt: 1_795_550_400_002,
  attributes: {'hubspoke.outcome': 'failed', 'hubspoke.attempts': 2},
  events: [{name: 'written', at: 1_795_550_400_001, attributes: {}}],
  error: 'It failed.',
}

test('a span in the JSON form of OTLP: 64-bit numbers are strings', () => {
  const [body = '', ...others] = otlpRequests([span], source)
  expect(others).toEqual([])
  expect(JSON.parse(body)).toEqual({
    resourceSpans: [
      {
        resource: {
          attributes: [
            {key: 'service.name', value: {stringValue: 'hubspoke'}},
            {key: 'service.version', value: {stringValue: '1.2.3'}},
          ],
        },
        scopeSpans: [
          {
            scope: {name: 'hubspoke', version: '1.2.3'},
            spans: [
              {
                traceId: '0af7651916cd43dd8448eb211c80319c',
                spanId: 'b7ad6b7169203331',
                name: 'spoke',
                kind: 1,
                startTimeUnixNano: '1795550400001000000',
                endTimeUnixNano: '1795550400002000000',
                attributes: [
                  {key: 'hubspoke.outcome', value: {stringValue: 'failed'}},
                  {key: 'hubspoke.attempts', value: {intValue: '2'}},
                ],
                events: [{timeUnixNano: '1795550400001000000', name: 'written', attributes: []}],
                status: {code: 2, message: 'It failed.'},
              },
            ],
          },
        ],
      },
    ],
  })
})

test('ten thousand spans are requests of less than 20 MiB, each span once', () => {
  const spans = Array.from({length: 10_001}, (_, index) => ({...span, name: `${index}`}))
  const bodies = [...otlpRequests(spans, source)]
  expect(bodies.map((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans.length)).toEqual([5_000, 5_000, 1])
  const names = bodies.flatMap((body) => [...body.matchAll(/"name":"(\d+)"/g)].map(([, name]) => name))
  expect(new Set(names).size).toBe(10_001)
  expect(Math.max(...bodies.map((body) => body.length))).toBeLessThan(20 * 1024 * 1024)
})

test('no spans: no request', () => {
  expect([...otlpRequests([], source)]).toEqual([])
})

test.each([
  undefined,
  null,
  'ok',
  {},
  {partialSuccess: null},
  {partialSuccess: {}},
  {partialSuccess: {rejectedSpans: '0', errorMessage: 'Use another port.'}},
  {partialSuccess: {rejectedSpans: 'all'}},
])('%j rejects nothing', (answer) => {
  expect(rejectedPart(answer)).toBeUndefined()
})

test.each([{rejectedSpans: 3}, {rejectedSpans: '3'}])('%j rejects three', (partialSuccess) => {
  expect(rejectedPart({partialSuccess})).toEqual({spans: 3, message: ''})
})
