import {describe, expect, test} from 'vitest'
import {traceSettings} from './trace-settings.ts'

const general = {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318'}

describe('where the request goes', () => {
  test.each([
    {env: general, origin: 'http://collector:4318', path: '/v1/traces'},
    {
      env: {OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.example/x/'},
      origin: 'https://otlp.example',
      path: '/x/v1/traces',
    },
    {
      env: {...general, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ' https://otlp.example/in '},
      origin: 'https://otlp.example',
      path: '/in',
    },
    {env: {OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector'}, origin: 'http://collector', path: '/'},
    {
      env: {...general, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ''},
      origin: 'http://collector:4318',
      path: '/v1/traces',
    },
  ])('$env', ({env, origin, path}) => {
    const settings = traceSettings(env)
    expect(settings).toMatchObject({path})
    expect(settings).toHaveProperty('endpoint.url.origin', origin)
  })
})

describe('headers', () => {
  const headersOf = (text: string, env = {}) => {
    const settings = traceSettings({...general, OTEL_EXPORTER_OTLP_HEADERS: text, ...env})
    return typeof settings === 'object' && 'endpoint' in settings ? settings.endpoint.credentials : settings
  }

  test.each([
    {text: 'Authorization=Basic%20YTpi', headers: {authorization: 'Basic YTpi'}},
    {text: 'Authorization=Basic YTpi==', headers: {authorization: 'Basic YTpi=='}},
    {text: ' a = 1 , b=2%2C3 ,, c=', headers: {a: '1', b: '2,3', c: ''}},
    {text: 'a=100%', headers: {a: '100%'}},
    {text: '  ', headers: {}},
  ])('$text', ({text, headers}) => {
    expect(headersOf(text)).toEqual(headers)
  })

  test('those of traces take the place of the general ones', () => {
    expect(headersOf('a=1', {OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2'})).toEqual({b: '2'})
  })

  test.each(['a', '=1', 'a b=1', 'a=%0d%0ab: 2', 'a=é', 'content-length=1', 'Host=x', 'a=1,b'])(
    '%j is no list of headers, and is not repeated',
    (text) => {
      const problem = 'OTEL_EXPORTER_OTLP_HEADERS is not a list such as name=value,name=value'
      expect(headersOf(text)).toEqual({problem})
    },
  )
})

test.each(['http/json', 'http/protobuf', ''])('the protocol %j is possible', (protocol) => {
  expect(traceSettings({...general, OTEL_EXPORTER_OTLP_PROTOCOL: protocol})).toHaveProperty('endpoint')
})

test('the protocol of traces comes before the general one', () => {
  const env = {...general, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json'}
  expect(traceSettings(env)).toHaveProperty('endpoint')
})

test('an unknown protocol is not repeated', () => {
  const settings = traceSettings({...general, OTEL_EXPORTER_OTLP_PROTOCOL: 'hunter2'})
  expect(settings).toHaveProperty('problem', expect.stringMatching(/^OTEL_EXPORTER_OTLP_PROTOCOL is unknown, and only/))
  expect(JSON.stringify(settings)).not.toContain('hunter2')
})

test.each([
  {},
  {OTEL_EXPORTER_OTLP_ENDPOINT: '  '},
  {...general, OTEL_SDK_DISABLED: 'TRUE'},
  {...general, OTEL_TRACES_EXPORTER: 'none'},
])('off: %j', (env) => {
  expect(traceSettings(env)).toBe('off')
})

test.each(['false', '', '1'])('OTEL_SDK_DISABLED=%j turns nothing off', (value) => {
  expect(traceSettings({...general, OTEL_SDK_DISABLED: value})).toHaveProperty('endpoint')
})

test('attributes of the resource: text with a secret is redacted, and what is no pair is left out', () => {
  const resourceOf = (text: string) => traceSettings({...general, OTEL_RESOURCE_ATTRIBUTES: text})
  expect(resourceOf('team=a%20b,note=password%3Dhunter2')).toHaveProperty('resource', {
    'service.name': 'hubspoke',
    team: 'a b',
    note: 'password=[redacted]',
  })
  expect(resourceOf('team')).toHaveProperty('resource', {'service.name': 'hubspoke'})
})
