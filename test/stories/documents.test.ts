import {expect, test} from 'vitest'
import {parse} from 'yaml'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {ShellOptions} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import {schemaErrors} from '../support/schemas.ts'

const broken = `${image}:broken`
const eu: ClusterSpec = {
  name: 'eu',
  workloads: [
    ...runningWeb('web'),
    {namespace: 'shop', name: 'stuck', image: broken, progressDeadlineSeconds: 30},
    {namespace: 'shop', name: 'held', image: `${image}:1.0`, paused: true},
    {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: `${image}@sha256:${'ab'.repeat(32)}`, replicas: 1},
    {namespace: 'kube-system', name: 'agent', kind: 'DaemonSet', image: `${image}:1.0`},
  ],
  trouble: [
    {type: 'unpullable-image', image: broken},
    {type: 'answer', status: 429, retryAfterSeconds: 1, verb: 'patch', name: 'web', times: 1},
  ],
  contexts: [{name: 'eu-admin'}],
}
const partial: ClusterSpec = {
  name: 'us',
  workloads: runningWeb('web'),
  trouble: [{type: 'forbidden', verb: 'list', resource: 'daemonsets'}],
}
const down: ClusterSpec = {name: 'ap', trouble: [{type: 'unreachable', how: 'refused'}]}
const readOnly: ClusterSpec = {name: 'ro', may: [{verbs: ['get', 'list', 'watch'], resources: ['*']}]}

interface Case {
  readonly words: readonly string[]
  readonly type: string
  readonly exitCode: number
  readonly because: string
  readonly shell?: Partial<Omit<ShellOptions, 'kubeconfig' | 'clock'>>
  /** Commands before it. */
  readonly after?: readonly (readonly string[])[]
}

const restart = ['restart', image, '--backoff', '1s'] as const
const everywhere = ['--all-contexts', '--yes'] as const
const refreshed = [['cache', 'refresh', '-c', 'eu', '-y']] as const

const cases: readonly Case[] = [
  {words: ['find', image], type: 'FindReport', exitCode: 4, because: 'found, and not everything was read'},
  {
    words: ['find', image, '-c', 'eu', '-n', 'shop', '-l', 'a!=b'],
    type: 'FindReport',
    exitCode: 0,
    because: 'narrowed',
  },
  {words: ['find', 'nosuchimage', '-c', 'eu'], type: 'FindReport', exitCode: 3, because: 'nothing found'},
  {
    words: ['find', image, '-c', 'eu', '--fresh', 'cache'],
    type: 'FindReport',
    exitCode: 0,
    because: 'from the cache',
    after: refreshed,
  },
  {words: ['find', 'no such image'], type: 'ErrorReport', exitCode: 2, because: 'no image'},
  {words: ['find', image, '-c', 'typo'], type: 'ErrorReport', exitCode: 2, because: 'no such context'},
  {words: ['find', image, '-n', 'typo', '-c', 'eu'], type: 'ErrorReport', exitCode: 2, because: 'no such namespace'},
  {words: ['find', image, '--bogus'], type: 'ErrorReport', exitCode: 2, because: 'no such flag'},
  {words: ['find'], type: 'ErrorReport', exitCode: 2, because: 'no argument'},
  {words: ['check'], type: 'CheckReport', exitCode: 4, because: 'good, partial and unreachable'},
  {words: ['check', '-c', 'eu*'], type: 'CheckReport', exitCode: 0, because: 'with a cache', after: refreshed},
  {
    words: ['cache', 'refresh', '--all-contexts', '-y'],
    type: 'CacheReport',
    exitCode: 1,
    because: 'saved, forbidden, not read',
  },
  {words: ['cache', 'refresh', '-c', 'eu'], type: 'CacheReport', exitCode: 1, because: 'no terminal'},
  {words: ['cache', 'refresh'], type: 'ErrorReport', exitCode: 2, because: 'not told where'},
  {words: ['cache', 'show'], type: 'CacheReport', exitCode: 4, because: 'present, missing, not read', after: refreshed},
  {
    words: [...restart, ...everywhere],
    type: 'RunReport',
    exitCode: 1,
    because: 'succeeded, retried, failed, skipped, not read',
  },
  {words: [...restart, ...everywhere, '--dry-run', 'client'], type: 'RunReport', exitCode: 4, because: 'only planned'},
  {
    words: [...restart, '-c', 'eu', '--yes', '--dry-run', 'server'],
    type: 'RunReport',
    exitCode: 1,
    because: 'checked by servers',
  },
  {
    words: [...restart, '-c', 'eu', '--yes', '--max-failures', '0', '--concurrency', '1'],
    type: 'RunReport',
    exitCode: 5,
    because: 'stopped early',
  },
  {words: [...restart, '-c', 'us'], type: 'RunReport', exitCode: 7, because: 'declined', shell: {answers: ['n']}},
  {
    words: [...restart, '-c', 'us', '--yes', '--no-wait', '--lock', 'off'],
    type: 'RunReport',
    exitCode: 4,
    because: 'accepted in a cluster that was read in part',
  },
  {
    words: ['restart', 'nosuchimage', '-c', 'eu', '--yes'],
    type: 'RunReport',
    exitCode: 3,
    because: 'nothing to restart',
  },
  {words: [...restart, '-c', 'eu'], type: 'ErrorReport', exitCode: 2, because: 'no terminal'},
  {words: [...restart, '-c', 'eu', '--timeout', '5'], type: 'ErrorReport', exitCode: 2, because: 'no duration'},
  {
    words: [...restart, '-c', 'eu', '--yes', '--run-id', 'monday'],
    type: 'ErrorReport',
    exitCode: 2,
    because: 'no run id',
  },
]

test.each(cases)('$words.0: $type, by its schema and alone on stdout, in JSON and YAML: $because', async (one) => {
  const {words, type, exitCode, shell, after = []} = one
  const documents: unknown[] = []
  for (const format of ['json', 'yaml'] as const) {
    await using fleet = await openFleet([eu, partial, down, readOnly], shell)
    for (const earlier of after) await fleet.shell.run(...earlier)
    const ended = await fleet.shell.run(...words, '-o', format, '-v')
    expect(ended.exitCode).toBe(exitCode)
    const document = format === 'json' ? JSON.parse(ended.stdout) : parse(ended.stdout)
    expect(schemaErrors(document)).toEqual([])
    expect(document).toMatchObject({type, verdict: {code: exitCode}})
    expect(ended.stderr).toContain(document.verdict.sentence)
    documents.push(shapeOf(document))
  }
  expect(documents[1]).toEqual(documents[0])
})

/** Every key and list of a document, with the types of its values: the values are others in every run. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}

test.each([
  {words: ['find', image]},
  {words: ['check', '-c', 'eu*']},
  {words: ['cache', 'show']},
  {words: [...restart, '-c', 'eu', '--dry-run', 'client', '--run-id', '20261124-200000-00ff']},
  {words: ['find', image, '-c', 'typo\x1b[31m']},
])('$words.0: YAML and JSON hold the same values', async ({words}) => {
  await using fleet = await openFleet([eu, partial, down, readOnly])
  const json = await fleet.shell.run(...words, '-o', 'json')
  const yaml = await fleet.shell.run(...words, '-o', 'yaml')
  expect(withoutWhatDiffers(parse(yaml.stdout))).toEqual(withoutWhatDiffers(JSON.parse(json.stdout)))
})

/** What a second run of the same command says otherwise than the first. */
function withoutWhatDiffers(document: unknown): unknown {
  const text = JSON.stringify(document).replace('"output":"yaml"', '"output":"json"')
  const measured = /"(bytesRead|connections|durationMs|requests|latencyMs|cacheAgeMs)":\d+|"startedAt":"[^"]*"/g
  return JSON.parse(text.replaceAll(measured, '"measured":0'))
}
