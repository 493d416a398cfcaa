import {expect, test} from 'vitest'
import {workloadResources} from '../workloads/workload-resources.ts'
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

const watched = {resource: workloadResources.Deployment, namespace: 'shop'}
const metadata = {name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '1'}
const object = (resourceVersion: string) => ({kind: 'Deployment', metadata: {...metadata, resourceVersion}})
const error = {kind: 'Status', code: 500}

test.each([
  {event: {type: 'ADDED', object: object('1')}, means: {type: 'added', object: object('1'), version: '1'}},
  {event: {type: 'MODIFIED', object: object('2')}, means: {type: 'changed', object: object('2'), version: '2'}},
  {event: {type: 'DELETED', object: object('3')}, means: {type: 'deleted', object: object('3'), version: '3'}},
  {event: {type: 'BOOKMARK', object: object('4')}, means: {type: 'bookmark', version: '4'}},
  {event: {type: 'ERROR', object: {kind: 'Status', code: 410}}, means: {type: 'expired'}},
  {event: {type: 'ERROR', object: error}, means: {type: 'error', status: 500, body: error}},
])('$event.type means $means.type', ({event, means}) => {
  expect(parseWatchEvent(JSON.stringify(event), watched)).toEqual(means)
})

test.each([
  {event: {type: 'ERROR'}, why: 'an error in it is not a Status'},
  {event: {type: 'ERROR', object: {kind: 'Deployment', code: 410}}, why: 'an error in it is not a Status'},
  {event: {type: 'SOMETHING', object: object('1')}, why: 'an event in it has no type that a watch has'},
  {event: [], why: 'it is not an object'},
  {event: {type: 'MODIFIED'}, why: 'it is not an object'},
  {event: {type: 'MODIFIED', object: {metadata}}, why: 'its kind is missing, not "Deployment"'},
  {event: {type: 'MODIFIED', object: {...object('1'), kind: 'Pod'}}, why: 'its kind is "Pod", not "Deployment"'},
  {
    event: {type: 'DELETED', object: {...object('1'), apiVersion: 'v1'}},
    why: 'its apiVersion is "v1", not "apps/v1"',
  },
  {
    event: {type: 'DELETED', object: {kind: 'Deployment', metadata: {...metadata, namespace: 'pay'}}},
    why: 'its namespace is "pay", not "shop"',
  },
  {event: {type: 'DELETED', object: {kind: 'Deployment', metadata: {...metadata, uid: ''}}}, why: 'it has no uid'},
  {event: {type: 'ADDED', object: object('')}, why: 'it has no resourceVersion'},
  {event: {type: 'BOOKMARK', object: object('')}, why: 'a bookmark has no resourceVersion'},
  {event: {type: 'BOOKMARK', object: {...object('1'), kind: 'Pod'}}, why: 'its kind is "Pod", not "Deployment"'},
])('$event is not an event of the watch: $why', ({event, why}) => {
  expect(parseWatchEvent(JSON.stringify(event), watched)).toEqual({why})
})

test('a body without any event is not a watch', async () => {
  const events = await collect(readWatchEvents(chunksOf(Buffer.from('<html>404</html>\n'), 7), watched))
  expect(events).toEqual([{why: 'it is not JSON'}])
})

test('a line that is not an event ends the watch, as events may be missing after it', async () => {
  const body = `${JSON.stringify({type: 'BOOKMARK', object: object('1')})}\n{"type":"ADD\n${JSON.stringify({type: 'BOOKMARK', object: object('2')})}\n`
  expect(await collect(readWatchEvents(chunksOf(Buffer.from(body), 7), watched))).toEqual([
    {type: 'bookmark', version: '1'},
  ])
})

test('a line without an end ends the stream, and is not buffered', async () => {
  let chunks = 0
  async function* endless() {
    for (;;) {
      chunks++
      yield Buffer.alloc(1024 * 1024, 'x')
    }
  }
  const lines: string[] = []
  for await (const line of readLines(endless())) lines.push(line)
  expect([lines, chunks]).toEqual([[], 9])
})
