import {readFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {describe, expect, test} from 'vitest'
import {freePort} from '../support/free-port.ts'
import {
  type CollectorAnswer,
  type ReceivedSpan,
  type RecordingCollector,
  startRecordingCollector,
} from '../support/recording-collector.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const
const one = [{name: 'eu', workloads: runningWeb('web')}]
const refused = {type: 'answer', status: 422, message: 'quota is used up', verb: 'patch', name: 'cart'} as const
const parent = {traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331'}
const traceparent = `00-${parent.traceId}-${parent.spanId}-01`

type Env = Readonly<Record<string, string>>

const openTraced = (clusters: Parameters<typeof openFleet>[0], {origin}: {readonly origin: string}, env: Env = {}) =>
  openFleet(clusters, {env: {OTEL_EXPORTER_OTLP_ENDPOINT: origin, ...env}})

const spokesIn = (spans: readonly ReceivedSpan[]) => spans.filter(({name}) => name === 'spoke')
const rootsIn = (spans: readonly ReceivedSpan[]) => spans.filter(({name}) => name.startsWith('hubspoke '))
const outcomesIn = (spans: readonly ReceivedSpan[]) =>
  Object.fromEntries(
    spokesIn(spans).map(({attributes}) => [attributes['hubspoke.target'], attributes['hubspoke.outcome']]),
  )
const nanoseconds = ({clock}: Fleet) => BigInt(clock.date().getTime()) * 1_000_000n
const uidOf = (fleet: Fleet, name: string) =>
  fleet
    .cluster(name)
    .objects('Namespace')
    .find(({metadata}) => metadata.name === 'kube-system')?.metadata.uid

test('a run with a failed spoke: one trace, and one span per spoke with its outcome', async () => {
  await using collector = await startRecordingCollector()
  await using fleet = await openTraced(
    [
      {name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [refused]},
      {name: 'us', workloads: runningWeb('web')},
    ],
    collector,
  )
  const began = nanoseconds(fleet)
  const {exitCode, stderr} = await fleet.shell.run(...restart, '--run-id', '20261124-200000-abcd')
  expect(exitCode).toBe(1)
  expect(stderr).not.toContain('trace')
  expect(collector.requests).toMatchObject([
    {
      method: 'POST',
      path: '/v1/traces',
      headers: {'content-type': 'application/json'},
      resource: {'service.name': 'hubspoke', 'service.version': expect.stringMatching(/^\d/)},
    },
  ])
  const spans = collector.spans()
  const [root] = rootsIn(spans)
  expect(root).toMatchObject({
    name: 'hubspoke restart',
    parentSpanId: undefined,
    attributes: {
      'cicd.pipeline.name': 'hubspoke restart',
      'cicd.pipeline.run.id': '20261124-200000-abcd',
      'cicd.pipeline.result': 'failure',
      'hubspoke.exit_code': 1,
      'error.type': 'target-failed',
    },
    status: {code: 2},
  })
  expect(root?.from).toBe(began)
  expect(root?.to).toBe(await lastRecorded(fleet))
  expect(spans.map(({name}) => name)).toEqual(['hubspoke restart', 'plan', 'spoke', 'spoke', 'spoke'])
  expect(new Set(spans.map(({spanId}) => spanId)).size).toBe(5)
  expect(new Set(spans.map(({traceId}) => traceId)).size).toBe(1)
  for (const span of spans) {
    expect(span.traceId).toMatch(/^[\da-f]{32}$/)
    expect(span.spanId).toMatch(/^[\da-f]{16}$/)
    expect([undefined, root?.spanId]).toContain(span.parentSpanId)
    expect(span.from >= began && span.from <= span.to && span.to <= nanoseconds(fleet)).toBe(true)
  }
  expect(outcomesIn(spans)).toEqual({
    'eu/shop/Deployment/cart': 'failed',
    'eu/shop/Deployment/web': 'succeeded',
    'us/shop/Deployment/web': 'succeeded',
  })
})

test('a span says which target it is about, what happened, and why it failed', async () => {
  await using collector = await startRecordingCollector()
  const busy = {type: 'answer', status: 503, verb: 'patch', name: 'web', message: 'try later', times: 1} as const
  await using fleet = await openTraced(
    [{name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [refused, busy]}],
    collector,
  )
  await fleet.shell.run(...restart)
  const [cart, web] = spokesIn(collector.spans())
  expect(cart).toMatchObject({
    attributes: {
      'hubspoke.cluster': 'eu',
      'k8s.cluster.uid': uidOf(fleet, 'eu'),
      'k8s.namespace.name': 'shop',
      'hubspoke.kind': 'Deployment',
      'hubspoke.name': 'cart',
      'hubspoke.attempts': 1,
      'error.type': 'rejected',
    },
    events: [],
    status: {code: 2, message: expect.stringContaining('quota is used up')},
  })
  expect(web).toMatchObject({
    attributes: {'hubspoke.outcome': 'succeeded', 'hubspoke.attempts': 2},
    events: [
      {name: 'retrying', attributes: {'hubspoke.reason': expect.stringContaining('try later')}},
      {name: 'written', attributes: {}},
    ],
    status: {},
  })
  expect(web?.attributes).not.toHaveProperty('error.type')
  const [retrying, written] = web?.events ?? []
  expect(retrying!.at >= web!.from && retrying!.at < written!.at && written!.at <= web!.to).toBe(true)
})

test('waves are spans that hold their spokes; what never started has a span, too', async () => {
  await using collector = await startRecordingCollector()
  await using fleet = await openTraced(
    [{name: 'eu', workloads: runningWeb('api', 'cart', 'web'), trouble: [refused]}],
    collector,
  )
  expect((await fleet.shell.run(...restart, '--waves', '1,2,100%')).exitCode).toBe(5)
  const spans = collector.spans()
  const [first, second, third] = [1, 2, 3].map((wave) => spans.find(({name}) => name === `wave ${wave}`))
  const [root] = rootsIn(spans)
  expect(root).toBeDefined()
  expect([first?.parentSpanId, second?.parentSpanId]).toEqual([root?.spanId, root?.spanId])
  expect(third).toBeUndefined()
  const spokes = Object.fromEntries(spokesIn(spans).map((span) => [span.attributes['hubspoke.name'], span]))
  expect(spokes.api?.parentSpanId).toBe(first?.spanId)
  expect(spokes.cart?.parentSpanId).toBe(second?.spanId)
  expect(spokes.web).toMatchObject({
    parentSpanId: root?.spanId,
    attributes: {'hubspoke.outcome': 'not-run', 'hubspoke.wave': 3, 'hubspoke.attempts': 0},
    status: {},
  })
  expect(first!.from <= spokes.api!.from && first!.to === spokes.api!.to && first!.to <= second!.from).toBe(true)
})

describe('which trace it is', () => {
  const id = '20261124-200000-abcd'

  test('TRACEPARENT: the run is a span of that trace', async () => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(one, collector, {TRACEPARENT: traceparent})
    await fleet.shell.run(...restart)
    expect(collector.spans()).toHaveLength(3)
    for (const {traceId} of collector.spans()) expect(traceId).toBe(parent.traceId)
    expect(rootsIn(collector.spans())).toMatchObject([{parentSpanId: parent.spanId}])
  })

  test('an invalid TRACEPARENT is ignored', async () => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(one, collector, {TRACEPARENT: traceparent.toUpperCase()})
    const {stderr} = await fleet.shell.run(...restart)
    expect(stderr).not.toContain('trace')
    expect(rootsIn(collector.spans())).toMatchObject([{parentSpanId: undefined}])
    expect(collector.spans()[0]?.traceId).not.toBe(parent.traceId)
  })

  test('a parent that is not recorded: nothing is exported', async () => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(one, collector, {TRACEPARENT: traceparent.replace(/1$/, '0')})
    expect((await fleet.shell.run(...restart)).exitCode).toBe(0)
    expect(collector.requests).toEqual([])
  })

  test('a run that is continued under its id joins its trace, with spans of its own', async () => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(
      [{name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [{...refused, times: 1}]}],
      collector,
    )
    expect((await fleet.shell.run(...restart, '--run-id', id)).exitCode).toBe(1)
    await fleet.clock.advance(60_000)
    expect((await fleet.shell.run(...restart, '--run-id', id)).exitCode).toBe(0)
    const [first, second] = collector.requests
    expect(outcomesIn(first?.spans ?? [])).toMatchObject({'eu/shop/Deployment/cart': 'failed'})
    expect(outcomesIn(second?.spans ?? [])).toMatchObject({'eu/shop/Deployment/cart': 'succeeded'})
    const spans = collector.spans()
    expect(spans).toHaveLength(8)
    expect(new Set(spans.map(({traceId}) => traceId)).size).toBe(1)
    expect(new Set(spans.map(({spanId}) => spanId)).size).toBe(8)
    expect(rootsIn(second?.spans ?? [])).toMatchObject([{attributes: {'cicd.pipeline.result': 'success'}}])
    expect(second!.spans.every(({from}) => from > first!.spans[0]!.to)).toBe(true)
  })

  test('a retry, and the retry of a retry, join the trace of the first run', async () => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(
      [{name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [{...refused, times: 2}]}],
      collector,
    )
    const codes: number[] = []
    for (const words of [restart, ['runs', 'retry', 'last', '-y'], ['runs', 'retry', 'last', '-y']]) {
      codes.push((await fleet.shell.run(...words)).exitCode)
      await fleet.clock.advance(60_000)
    }
    expect(codes).toEqual([1, 1, 0])
    const roots = rootsIn(collector.spans())
    expect(roots.map(({name}) => name)).toEqual(['hubspoke restart', 'hubspoke restart', 'hubspoke restart'])
    expect(new Set(collector.spans().map(({traceId}) => traceId)).size).toBe(1)
    const ids = roots.map(({attributes}) => attributes['cicd.pipeline.run.id'])
    expect(roots.map(({attributes}) => attributes['hubspoke.retry_of'])).toEqual([undefined, ids[0], ids[1]])
    expect(collector.requests.map(({spans}) => spokesIn(spans).length)).toEqual([2, 1, 1])
  })

  test('other runs have other traces', async () => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(one, collector)
    for (let run = 0; run < 2; run++) {
      await fleet.shell.run(...restart)
      await fleet.clock.advance(60_000)
    }
    expect(new Set(collector.spans().map(({traceId}) => traceId)).size).toBe(2)
  })
})

describe('nothing is exported', () => {
  test.each<{when: string; words?: readonly string[]; env?: Env; exit?: number}>([
    {when: 'by a dry run', words: ['--dry-run', 'client']},
    {when: 'by a dry run on the server', words: ['--dry-run', 'server']},
    {when: 'by a run that was refused', words: ['--targets', '/absent'], exit: 2},
    {when: 'with OTEL_SDK_DISABLED', env: {OTEL_SDK_DISABLED: 'True'}},
    {when: 'with another exporter', env: {OTEL_TRACES_EXPORTER: 'none'}},
    {when: 'without an endpoint', env: {OTEL_EXPORTER_OTLP_ENDPOINT: ''}},
  ])('$when', async ({words = [], env, exit = 0}) => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(one, collector, env)
    const {exitCode, stderr} = await fleet.shell.run(...restart, ...words)
    expect(exitCode).toBe(exit)
    expect(stderr).not.toContain('trace')
    expect(collector.requests).toEqual([])
  })
})

describe('the environment', () => {
  test('names the service, its attributes, another endpoint, and headers that nothing shows', async () => {
    await using elsewhere = await startRecordingCollector()
    await using collector = await startRecordingCollector({status: 401, body: 'no such key: k-1 2,3 or p4ss w0rd'})
    const host = new URL(collector.origin).host
    await using fleet = await openTraced(one, elsewhere, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://ada:p4ss%20w0rd@${host}/otlp`,
      OTEL_EXPORTER_OTLP_HEADERS: 'X-Api-Key=k-1%202%2C3, x-tenant = shop',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: 'nightly',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=prod,service.name=other',
    })
    const {exitCode, stderr} = await fleet.shell.run(...restart)
    expect(exitCode).toBe(0)
    expect(elsewhere.requests).toEqual([])
    expect(collector.requests).toMatchObject([
      {
        path: '/otlp',
        headers: {
          'x-api-key': 'k-1 2,3',
          'x-tenant': 'shop',
          authorization: `Basic ${Buffer.from('ada:p4ss w0rd').toString('base64')}`,
        },
        resource: {'service.name': 'nightly', 'deployment.environment': 'prod'},
      },
    ])
    expect(stderr).toContain(
      `The trace was not exported to ${collector.origin}: it answered HTTP 401: no such key: [redacted] or [redacted].\n`,
    )
    const [ledger = ''] = await fleet.shell.ledgers()
    expect(`${fleet.shell.everythingPrinted()}${readFileSync(ledger, 'utf8')}`).not.toMatch(/k-1|p4ss/)
  })

  test('a secret in the failure of a target is in no span', async () => {
    await using collector = await startRecordingCollector()
    const trouble = [{...refused, message: 'password=hunter2secret is wrong'}]
    await using fleet = await openTraced([{name: 'eu', workloads: runningWeb('cart'), trouble}], collector)
    await fleet.shell.run(...restart)
    const [cart] = spokesIn(collector.spans())
    expect(cart?.status.message).toContain('[redacted]')
    expect(JSON.stringify(cart, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(
      'hunter2',
    )
  })

  test.each<{env: Env; says: string}>([
    {
      env: {OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc'},
      says: 'OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and only http/json is supported: set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json and the endpoint for HTTP, usually port 4318.',
    },
    {
      env: {OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ada:hunter2@collector:4318'},
      says: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http or https URL without query and fragment.',
    },
    {
      env: {OTEL_EXPORTER_OTLP_HEADERS: 'Bearer hunter2'},
      says: 'OTEL_EXPORTER_OTLP_HEADERS is not a list such as name=value,name=value.',
    },
    {
      env: {OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hunter2%0d%0ax-other: 1'},
      says: 'OTEL_EXPORTER_OTLP_HEADERS is not a list such as name=value,name=value.',
    },
  ])('with $env there is a warning', async ({env, says}) => {
    await using collector = await startRecordingCollector()
    await using fleet = await openTraced(one, collector, env)
    const {exitCode, stderr, document} = await fleet.shell.run(...restart, '-o', 'json')
    expect(exitCode).toBe(0)
    expect(document()).toMatchObject({verdict: {code: 0}})
    expect(stderr).toContain(`The trace was not exported: ${says}\n`)
    expect(fleet.shell.everythingPrinted()).not.toContain('hunter2')
    expect(collector.requests).toEqual([])
  })
})

describe('an export that fails is a warning, and the run ends as it would', () => {
  const ended = async (fleet: Fleet) => {
    const {exitCode, stderr, document} = await fleet.shell.run(...restart, '-q', '-o', 'json')
    expect(exitCode).toBe(1)
    expect(document()).toMatchObject({verdict: {code: 1}, counts: {succeeded: 1, failed: 1}})
    return stderr
  }
  const failing = [{name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [refused]}]

  test.each<{because: string; answer: CollectorAnswer; says: string}>([
    {because: 'it fails', answer: {status: 500}, says: 'it answered HTTP 500.'},
    {
      because: 'it refuses, with terminal sequences',
      answer: {status: 400, body: '\u001b[31mno\u001b]0;x\u0007\nsecond line'},
      says: 'it answered HTTP 400: no second line.',
    },
    {
      because: 'it refers to another place, which is not asked',
      answer: {status: 307, location: 'http://127.0.0.1:1/'},
      says: 'it answered HTTP 307.',
    },
    {
      because: 'it takes only a part',
      answer: {status: 200, body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old."}}'},
      says: 'it rejected 2 spans: too old.',
    },
  ])('$because', async ({answer, says}) => {
    await using collector = await startRecordingCollector(answer)
    await using fleet = await openTraced(failing, collector)
    expect(await ended(fleet)).toContain(`The trace was not exported to ${collector.origin}: ${says}\n`)
    expect(collector.requests).toHaveLength(1)
  })

  test.each<{answer: CollectorAnswer}>([{answer: 'silent'}, {answer: 'endless'}])(
    'it takes longer than 5 seconds ($answer): it is not waited for',
    async ({answer}) => {
      await using collector = await startRecordingCollector(answer)
      await using fleet = await openTraced(failing, collector)
      const stderr = await ended(fleet)
      expect(stderr).toContain(`The trace was not exported to ${collector.origin} within 5.0s.\n`)
      expect(collector.requests).toHaveLength(1)
      expect(endOf(collector, fleet)).toBe(5_000)
    },
  )

  test('100 MB of success are not read', async () => {
    await using collector = await startRecordingCollector('huge')
    await using fleet = await openTraced(failing, collector)
    expect(await ended(fleet)).not.toContain('trace')
    expect(collector.requests).toHaveLength(1)
    expect(collector.answered()).toBe(0)
    expect(endOf(collector, fleet)).toBe(0)
  })

  test('nothing listens there', async () => {
    const origin = `http://127.0.0.1:${await freePort()}`
    await using fleet = await openTraced(failing, {origin})
    expect(await ended(fleet)).toMatch(
      new RegExp(`The trace was not exported to ${origin}: connect ECONNREFUSED 127\\.0\\.0\\.1:\\d+\\.\\n`),
    )
  })

  test('what answers there is no HTTP', async () => {
    const server = createServer(
      (socket) =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('220 mail ESMTP\r\n'),
    )
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${port}`
    await using fleet = await openTraced(failing, {origin})
    const stderr = await ended(fleet)
    await new Promise((resolve) => server.close(resolve))
    expect(stderr).toMatch(new RegExp(`The trace was not exported to ${origin}: .+\\.\\n`))
    expect(stderr).not.toContain('bug')
  })

  test('a collector and a gateway that hang are waited for together', async () => {
    await using collector = await startRecordingCollector('silent')
    await using fleet = await openTraced(failing, collector, {HUBSPOKE_METRICS_PUSH: `${collector.origin}/v1/traces`})
    const {stderr} = await fleet.shell.run(...restart)
    expect(stderr).toContain(`The trace was not exported to ${collector.origin} within 5.0s.\n`)
    expect(stderr).toContain(`The metrics were not pushed to ${collector.origin} within 5.0s.\n`)
    expect(nanoseconds(fleet) - (await lastRecorded(fleet))).toBe(5_000_000_000n)
  })
})

/** How long after the run its command ended, in milliseconds of the virtual clock. */
function endOf(collector: RecordingCollector, fleet: Fleet): number {
  return Number((nanoseconds(fleet) - (rootsIn(collector.spans())[0]?.to ?? 0n)) / 1_000_000n)
}

async function lastRecorded(fleet: Fleet): Promise<bigint> {
  const [ledger = ''] = await fleet.shell.ledgers()
  const {at} = JSON.parse(readFileSync(ledger, 'utf8').trim().split('\n').at(-1) ?? '{}') as {at: string}
  return BigInt(Date.parse(at)) * 1_000_000n
}
