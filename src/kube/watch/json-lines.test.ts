import {expect, test} from 'vitest'
import {readLines} from './json-lines.ts'
import {parseWatchEvent, readWatchEvents} from './watch-stream.ts'

async function* chunksOf(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const text = '{"a":"ü€😀"}\n\n{"b":2}\r\n{"c":3}'
const lines = ['{"a":"ü€😀"}', '{"b":2}\r', '{"c":3}']

test.each([
  {size: 1, because: 'every character of several bytes is cut'},
  {size: 3, because: 'lines are cut'},
  {size: 1000, because: 'one chunk has several lines'},
])('chunks of $size: $because', async ({size}) => {
  expect(await collect(readLines(chunksOf(Buffer.from(text), size)))).toEqual(lines)
})

test('a body without anything has no line', async () => {
  expect(await collect(readLines(chunksOf(Buffer.from('\n \n'), 1)))).toEqual([])
})

const object = (resourceVersion: string) => ({metadata: {resourceVersion}})

test.each([
  {event: {type: 'ADDED', object: object('1')}, means: {type: 'added', object: object('1'), version: '1'}},
  {event: {type: 'MODIFIED', object: object('2')}, means: {type: 'changed', object: object('2'), version: '2'}},
  {event: {type: 'DELETED', object: object('3')}, means: {type: 'deleted', object: object('3'), version: '3'}},
  {event: {type: 'BOOKMARK', object: object('4')}, means: {type: 'bookmark', version: '4'}},
  {event: {type: 'ERROR', object: {kind: 'Status', code: 410}}, means: {type: 'expired'}},
  {event: {type: 'ERROR', object: {kind: 'Status', code: 500}}, means: {type: 'error', status: 500}},
  {event: {type: 'ERROR'}, means: {type: 'error', status: 500}},
  {event: {type: 'SOMETHING'}, means: undefined},
  {event: [], means: undefined},
])('$event.type means $means.type', ({event, means}) => {
  expect(parseWatchEvent(JSON.stringify(event))).toEqual(means)
})

test('a line that is no event ends the watch: what follows could lack something', async () => {
  const body = `${JSON.stringify({type: 'BOOKMARK', object: object('1')})}\n{"type":"ADD\n${JSON.stringify({type: 'BOOKMARK', object: object('2')})}\n`
  expect(await collect(readWatchEvents(chunksOf(Buffer.from(body), 7)))).toEqual([{type: 'bookmark', version: '1'}])
})
