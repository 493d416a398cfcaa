import {request as httpRequest} from 'node:http'
import {connect} from 'node:net'
import {afterEach, describe, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {PushEvent} from '../push-event.ts'
import type {EventSource} from '../sources/source.ts'
import type {Hook} from './hook.ts'
import {type HookServer, type HookServerDeps, startHookServer} from './http-server.ts'
import type {Answer} from './receive.ts'

/** Believes `Bearer SECRET`; the body is the repository, `none` or `broken`. */
const source: EventSource = {
  type: 'text',
  verify: ({headers}, secret) => (headers.authorization === `Bearer ${secret}` ? 'ok' : 'refused'),
  parse({body}) {
    const text = body.toString()
    if (text === 'broken') return {malformed: 'it is no JSON'}
    return text === 'none' ? {events: [], ignored: 'a pull'} : {events: [{repository: text}]}
  },
}

const open: HookServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function setUp(more: Partial<HookServerDeps> = {}, hook: Partial<Hook> = {}) {
  const accepted: PushEvent[] = []
  const answers: Answer[] = []
  const hooks = [
    {
      name: 'ci',
      source,
      secret: 's3cret',
      allows: (name: string) => name !== 'ghcr.io/other/x',
      perMinute: 100,
      ...hook,
    },
  ]
  const server = await startHookServer(
    {
      hooks: () => hooks,
      clock: createVirtualClock(),
      accept: async (events) => {
        accepted.push(...events)
        return events.map(() => ({result: 'accepted'}))
      },
      metrics: async () => '# no metrics\n',
      notReady: () => undefined,
      onAnswer: (_, answer) => answers.push(answer),
      ...more,
    },
    {host: '127.0.0.1', port: 0},
  )
  open.push(server)
  const url = `http://127.0.0.1:${server.address.port}`
  const post = (body: string, {path = '/hooks/ci', secret = 's3cret', method = 'POST'} = {}) =>
    fetch(`${url}${path}`, {method, ...(method === 'POST' && {body}), headers: {authorization: `Bearer ${secret}`}})
  return {accepted, answers, url, post, port: server.address.port}
}

describe('an event', () => {
  test.each([
    {body: 'ghcr.io/acme/web', status: 202, result: 'accepted'},
    {body: 'none', status: 202, result: 'ignored'},
    {body: 'broken', status: 202, result: 'malformed'},
    {body: 'ghcr.io/other/x', status: 202, result: 'not-allowed'},
  ])('$body: $status, $result', async ({body, status, result}) => {
    const {accepted, answers, post} = await setUp()
    expect((await post(body)).status).toBe(status)
    expect(answers.flatMap((answer) => answer.results)).toEqual([result])
    expect(accepted).toEqual(result === 'accepted' ? [{repository: body}] : [])
  })

  test('with wrong credentials is 401, and is not parsed', async () => {
    const parse = () => {
      throw new Error('parsed before it was verified')
    }
    const {accepted, post} = await setUp({}, {source: {...source, parse}})
    const answer = await post('ghcr.io/acme/web', {secret: 'wrong'})
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain('s3cret')
    expect(accepted).toEqual([])
  })

  test('is 503 while the journal cannot be written, and says when to come again', async () => {
    const {post} = await setUp({accept: async () => [{result: 'unwritable'}]})
    const answer = await post('ghcr.io/acme/web')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('10')
  })

  test('over the rate of its source is 429; refused ones do not count', async () => {
    const {post} = await setUp({}, {perMinute: 2})
    for (let index = 0; index < 5; index += 1) await post('x', {secret: 'wrong'})
    const statuses = []
    for (let index = 0; index < 3; index += 1) statuses.push((await post('ghcr.io/acme/web')).status)
    expect(statuses).toEqual([202, 202, 429])
  })

  test('of more than 1 MiB is 413, with and without a length', async () => {
    const {accepted, post, port} = await setUp()
    expect((await post('x'.repeat(1024 * 1024 + 1))).status).toBe(413)
    const status = await new Promise((resolve, reject) => {
      const headers = {authorization: 'Bearer s3cret', 'transfer-encoding': 'chunked'}
      const sent = httpRequest({port, path: '/hooks/ci', method: 'POST', headers}, (answer) =>
        resolve(answer.statusCode),
      )
      sent.on('error', reject)
      sent.write('x'.repeat(1024 * 1024))
      sent.write('x')
    })
    expect(status).toBe(413)
    expect((await post('x'.repeat(1024 * 1024))).status).toBe(202)
    expect(accepted).toHaveLength(1)
  })

  test('that is broken off is no event', async () => {
    const {accepted, answers, port, post} = await setUp()
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          'POST /hooks/ci HTTP/1.1\r\nhost: x\r\nauthorization: Bearer s3cret\r\ncontent-length: 100\r\n\r\nghcr',
        )
        socket.destroy()
      })
      socket.on('close', () => resolve())
    })
    expect((await post('none')).status).toBe(202)
    expect(answers.flatMap(({results}) => results)).toEqual(['ignored'])
    expect(accepted).toEqual([])
  })
})

test.each([
  {path: '/', method: 'GET', status: 404},
  {path: '/hooks/other', method: 'POST', status: 404},
  {path: '/hooks/ci', method: 'GET', status: 405},
  {path: '/livez', method: 'GET', status: 200},
  {path: '/readyz', method: 'GET', status: 200},
  {path: '/%E0%A4%A', method: 'GET', status: 404},
  {path: '//', method: 'GET', status: 404},
  {path: '/hooks/ci/token/more', method: 'POST', status: 202},
])('$method $path: $status', async ({path, method, status}) => {
  const {post} = await setUp()
  expect((await post('none', {path, method})).status).toBe(status)
})

test.each([
  ['/hooks/ci', undefined],
  ['/hooks/ci/', undefined],
  ['/hooks/ci/s3cret', 's3cret'],
  ['/hooks/ci?token=s3cret', 's3cret'],
  ['/hooks/ci/?token=s3cret', 's3cret'],
  ['/hooks/ci/a%2Fb+c&d=%F0%9F%94%91', 'a/b+c&d=\u{1f511}'],
  ['/hooks/ci/100%', '100%'],
  ['/hooks/ci/%E0%A4%A', '\ufffd%A'],
  ['/hooks/ci/s3cret/more', undefined],
  ['/hooks/ci/s3cret/more?token=', ''],
])('the token of %s is %s', async (path, token) => {
  const tokens: (string | undefined)[] = []
  const parse: EventSource['parse'] = (request) => {
    tokens.push(request.token)
    return {events: []}
  }
  const {post} = await setUp({}, {source: {...source, parse}})
  await post('x', {path})
  expect(tokens).toEqual([token])
})

test('is alive and not ready while events are not acted on', async () => {
  const {url} = await setUp({notReady: () => 'The journal cannot be written.'})
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.text()]).toEqual([503, 'The journal cannot be written.\n'])
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})
