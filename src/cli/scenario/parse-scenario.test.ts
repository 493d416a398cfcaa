import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv2020} from 'ajv/dist/2020.js'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import {HubspokeError} from '../../model/failure.ts'
import {parseScenario} from './parse-scenario.ts'
import {scenarioSchema} from './scenario-shape.ts'

const path = 'day.yaml'
const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'schemas', 'sandbox-scenario.schema.json'), 'utf8'),
)
const validate = new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true}).compile(schema)

function refusal(text: string): HubspokeError {
  try {
    parseScenario(text, path)
  } catch (error) {
    if (error instanceof HubspokeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const day = `
description: A day of the shop.
clusters:
  - name: eu
    nodes: 2
    version: v1.34.1
    podStart: 2s
    namespaces: [hubspoke-system]
    contexts: [eu-admin, {name: eu-shop, namespace: shop}]
    workloads:
      - {namespace: shop, name: web, image: "acme/web:1", replicas: 3, maxUnavailable: 25%, maxSurge: 0}
      - namespace: shop
        name: api
        kind: StatefulSet
        labels: {tier: back}
        containers:
          - {name: migrate, image: "acme/api:1", init: true}
          - {name: api, image: "acme/api:1"}
    objects:
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {n: "1"}}
  - name: us
troubles:
  - {type: unpullable-image, image: "acme/*", clusters: eu, for: 30m}
  - {type: answer, status: 503, retryAfter: 2s, verb: [patch, update], resource: deployments, times: 2, from: 10s}
  - {type: latency, delay: 1s, from: first-write, until: {request: {verb: list}, count: 3, clusters: us, after: 1m}}
  - {type: reverted, namespace: shop, name: web, after: 3s}
  - {type: lock-held, user: bo, host: laptop, for: 2m}
changes:
  - {at: 1h, add: {namespace: shop, name: new, image: "acme/web:2"}}
  - {at: first-write, clusters: [us], patch: {kind: ConfigMap, namespace: shop, name: settings, with: {data: {n: "2"}, on: 1}}}
  - {at: 2h, remove: {kind: Deployment, namespace: shop, name: web}}
expect:
  - {run: find acme/web, after: 5m, exitCode: 0, verdict: Found.}
`

test('a day: clusters, troubles and changes over time', () => {
  const {clusters, troubles, changes, expect: expected, description} = parseScenario(day, path)
  expect(description).toBe('A day of the shop.')
  expect(clusters[0]).toMatchObject({
    ...{name: 'eu', nodes: 2, version: 'v1.34.1', rolloutStepMs: 2_000, namespaces: ['hubspoke-system']},
    contexts: [{name: 'eu-admin'}, {name: 'eu-shop', namespace: 'shop'}],
    workloads: [
      {namespace: 'shop', name: 'web', image: 'acme/web:1', replicas: 3, maxUnavailable: '25%', maxSurge: 0},
      {kind: 'StatefulSet', labels: {tier: 'back'}, containers: [{name: 'migrate', init: true}, {name: 'api'}]},
    ],
    objects: [{kind: 'ConfigMap', data: {n: '1'}}],
  })
  const writes = {
    verb: ['create', 'update', 'patch', 'delete'],
    resource: ['deployments', 'statefulsets', 'daemonsets'],
  }
  expect(troubles).toEqual([
    {clusters: ['eu'], trouble: {type: 'unpullable-image', image: 'acme/*'}, from: {afterMs: 0}, forMs: 1_800_000},
    {
      clusters: ['eu', 'us'],
      trouble: {
        ...{type: 'answer', status: 503, retryAfterSeconds: 2, times: 2},
        ...{verb: ['patch', 'update'], resource: ['deployments']},
      },
      from: {afterMs: 10_000},
    },
    {
      clusters: ['eu', 'us'],
      trouble: {type: 'latency', ms: 1_000},
      from: {request: writes, afterMs: 0},
      until: {request: {verb: ['list']}, count: 3, clusters: ['us'], afterMs: 60_000},
    },
    {
      clusters: ['eu', 'us'],
      trouble: {type: 'reverted', namespace: 'shop', name: 'web', afterMs: 3_000},
      from: {afterMs: 0},
    },
    {
      clusters: ['eu', 'us'],
      trouble: {type: 'lock-held', user: 'bo', host: 'laptop'},
      from: {afterMs: 0},
      forMs: 120_000,
    },
  ])
  expect(changes.map(({change}) => change.type)).toEqual(['add', 'patch', 'remove'])
  expect(changes[1]).toMatchObject({clusters: ['us'], at: {request: writes}, change: {patch: {data: {n: '2'}, on: 1}}})
  expect(expected).toEqual([{run: 'find acme/web', afterMs: 300_000, exitCode: 0, verdict: 'Found.'}])
})

const one = 'clusters: [{name: eu, workloads: [{namespace: shop, name: web, image: app:1}]}]\n'

describe('is refused, with its place:', () => {
  test.each<{text: string; says: string; suggests?: string}>([
    {text: '', says: '"the file" in day.yaml (line 1, column 1) has no "clusters".'},
    {text: '- a', says: 'The scenario day.yaml must be a mapping.'},
    {text: 'clusters: [', says: 'is not valid YAML (line 1, column 12)'},
    {text: `${one}truobles: []`, says: '"truobles" in day.yaml (line 2, column 1)', suggests: 'troubles:'},
    {text: 'clusters: []', says: '(line 1, column 1) must have at least 1 of clusters'},
    {
      text: 'clusters:\n  - name: eu\n    workloads:\n      - {namespace: shop, name: web, imgae: app:1}',
      says: '"clusters[1].workloads[1].imgae" in day.yaml (line 4, column 38) is not a known key here.',
      suggests: 'image:',
    },
    {
      text: 'clusters: [{name: eu, workloads: [{namespace: shop, name: web}]}]',
      says: 'must have either "image" or "containers"',
    },
    {
      text: 'clusters: [{name: eu, workloads: [{namespace: shop, name: Web, image: a}]}]',
      says: '(line 1, column 53) must be a name of lower case letters',
    },
    {
      text: 'clusters: [{name: eu, workloads: [{namespace: shop, name: web, image: a, replicas: -1}]}]',
      says: 'must be a whole number from 0 to 5000, not "-1"',
    },
    {
      text: 'clusters: [{name: eu, workloads: [{namespace: shop, name: web, image: a, replicas: "3"}]}]',
      says: 'must be a whole number from 0 to 5000, not "3"',
    },
    {
      text: 'clusters: [{name: eu, workloads: [{namespace: shop, name: web, image: a, kind: Deploymnet}]}]',
      says: 'must be one of Deployment, StatefulSet, DaemonSet',
      suggests: 'kind: Deployment',
    },
    {
      text: 'clusters: [{name: eu}, {name: eu}]',
      says: '"clusters[2]" in day.yaml (line 1, column 24) uses the name "eu" again',
    },
    {text: `${one}troubles: [{type: crash-lop}]`, says: '(line 2, column 13)', suggests: 'type: crash-loop'},
    {text: `${one}troubles: [{image: a}]`, says: 'has no "type"', suggests: 'type: unpullable-image'},
    {text: `${one}troubles: [{type: latency}]`, says: 'has no "delay"', suggests: 'delay: …'},
    {text: `${one}troubles: [{type: latency, delay: 5}]`, says: 'must be a duration as "30s"'},
    {text: `${one}troubles: [{type: unpullable-image, image: a, from: soon}]`, says: 'must be "start", "first-write"'},
    {
      text: `${one}troubles: [{type: unpullable-image, image: a, clusters: [ue]}]`,
      says: 'is no cluster of the file: "ue"',
      suggests: 'clusters: [eu]',
    },
    {
      text: `${one}troubles: [{type: crash-loop, namespace: shop, name: wbe}]`,
      says: '(line 2, column 48) is no workload of the file: "shop/wbe"',
      suggests: 'namespace: shop, name: web',
    },
    {
      text: `${one}troubles: [{type: unpullable-image, image: a, until: {clusters: [ue], after: 1m}}]`,
      says: 'is no cluster of the file: "ue"',
      suggests: 'clusters: [eu]',
    },
    {text: `${one}changes: [{at: 1s}]`, says: 'must have exactly one of "add", "patch" and "remove"'},
    {text: `${one}---\na: 1`, says: 'more than one YAML document'},
  ])('$says', ({text, says, suggests}) => {
    const {message, suggestions, failureClass} = refusal(text)
    expect(message).toContain(says)
    expect(failureClass).toBe('usage')
    if (suggests !== undefined) expect(suggestions).toContain(suggests)
  })
})

test('the example of the documentation is a scenario', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'sandbox.md'), 'utf8')
  const [, example = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? []
  expect(parseScenario(example, path)).toMatchObject({clusters: [{name: 'eu-west'}], troubles: [{forMs: 1_800_000}]})
})

describe('the schema', () => {
  test('is that of the reader; "UPDATE_GOLDEN=1" writes it anew', async () => {
    const current = JSON.parse(JSON.stringify(scenarioSchema()))
    if (process.env.UPDATE_GOLDEN) {
      const {writeFileSync} = await import('node:fs')
      const file = join(import.meta.dirname, '..', '..', '..', 'schemas', 'sandbox-scenario.schema.json')
      writeFileSync(file, `${JSON.stringify(current, undefined, 2)}\n`)
    } else expect(schema).toEqual(current)
  })

  test('accepts the scenarios that ship with hubspoke', () => {
    const folder = join(import.meta.dirname, '..', '..', '..', 'scenarios')
    const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((file) => file.endsWith('.yaml'))
    expect(files.length).toBeGreaterThan(9)
    for (const file of files) {
      expect([validate(parse(readFileSync(join(folder, file), 'utf8'))), validate.errors], file).toEqual([true, null])
    }
  })

  test('accepts the day, and refuses what the reader refuses', () => {
    expect([validate(parse(day)), validate.errors]).toEqual([true, null])
    for (const wrong of [
      `${one}truobles: []`,
      'clusters: []',
      'clusters: [{name: eu, workloads: [{namespace: shop, name: web, image: a, replicas: "3"}]}]',
      `${one}troubles: [{type: crash-lop}]`,
      `${one}troubles: [{type: latency}]`,
      `${one}troubles: [{type: latency, delay: 5}]`,
      `${one}troubles: [{type: unpullable-image, image: a, from: soon}]`,
    ]) {
      expect(validate(parse(wrong)), wrong).toBe(false)
    }
  })
})
