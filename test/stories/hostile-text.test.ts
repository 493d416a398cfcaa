import {readFile} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {expectHarmless, hostileName, hostileSentence} from '../support/hostile.ts'
import {openRewritingServer, type Place} from '../support/rewriting-server.ts'
import {openShell, type Shell} from '../support/run-command.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const clusters: readonly ClusterSpec[] = [
  {
    name: 'eu',
    namespaces: ['hubspoke-system'],
    workloads: [
      ...runningWeb('cart'),
      {namespace: 'shop', name: 'web', image: `${image}:broken`, replicas: 1},
      {kind: 'StatefulSet', namespace: 'shop', name: 'db', image: `${image}:1.0`, replicas: 1},
      {kind: 'DaemonSet', namespace: 'shop', name: 'agent', image: `${image}:1.0`},
    ],
    trouble: [{type: 'crash-loop', namespace: 'shop', name: 'web'}],
  },
]

/** Virtual time costs real time, too. */
const soon = ['--timeout', '20s', '--deadline', '60s', '--retries', '1', '--backoff', '1s']

/** Every command that reads a cluster or what it said, in every format between them. */
const commands: readonly (readonly string[])[] = [
  ['check', '-o', 'wide'],
  ['cache', 'refresh', '--all-contexts', '-o', 'json'],
  ['find', image, '-o', 'wide'],
  [
    'restart',
    image,
    '--all-contexts',
    '--yes',
    '--fail-fast',
    '--undo-failed',
    '--reason',
    'why',
    '-o',
    'junit',
    ...soon,
  ],
  ['runs', 'show', 'last', '-o', 'json'],
]

/** Keys whose values name an object: they are exact in documents. */
const names = new Set(['name', 'namespace', 'uid', 'image', 'cache.json', 'kind', 'resourceVersion'])

/** Keys that mean something else in each kind of object; any other key is swept in all of them at once. */
const differing = new Set([...names, 'reason', 'message', 'status', 'type', 'undefined'])

/** Deployments in a list, in a watch and by themselves are one place. */
const keyOf = ({request, path}: Place): string => {
  const key = `${path.at(-1)}`
  return differing.has(key) ? `${request.replace(/^\S+ /, '')}  ${key}` : `any  ${key}`
}

describe('whatever a server says in whichever field', async () => {
  const keys = await allKeys()

  test('the fields of every kind of object are swept', () => {
    expect(keys.length).toBeGreaterThan(60)
    for (const key of ['deployments  message', 'any  holderIdentity']) {
      expect(keys).toContain(key)
    }
  })

  test.each(inGroups(keys))(
    '$words: no control character, no secret and nothing endless comes out',
    async ({group}) => {
      await sweep(new Set(group))
    },
  )
})

/** What the program reads of each object, found by looking on. */
async function allKeys(): Promise<readonly string[]> {
  const keys = new Set<string>()
  await using world = await openWorld((text, place) => {
    if (text !== '') keys.add(keyOf(place))
    return undefined
  })
  for (const words of commands) await world.shell.run(...words)
  return [...keys].sort()
}

/** What is told of the objects of a rollout; a Lease or a namespace that is not what was asked for ends a run before that. */
const toldOf =
  /^(?:deployments|pods|pods\/log|configmaps) {2}(?:message|reason|name|image|type|status|undefined|cache\.json)$/

/** What decides nothing is hostile together; each of the others by itself, as it may keep the rest from being read. */
function inGroups(keys: readonly string[]) {
  const single = keys.filter((key) => toldOf.test(key)).map((key) => [key])
  const shared = keys.filter((key) => key.startsWith('any'))
  const groups = Array.from({length: Math.ceil(shared.length / 20)}, (_, at) => shared.slice(at * 20, at * 20 + 20))
  return [...single, ...groups].map((group) => ({group, words: group.join(', ')}))
}

async function sweep(keys: ReadonlySet<string>): Promise<void> {
  await using world = await openWorld((_, place) => {
    const key = keyOf(place)
    if (!keys.has(key)) return undefined
    return names.has(key.split('  ')[1] ?? '') ? hostileName : hostileSentence
  })
  for (const words of commands) {
    const ended = await world.shell.run(...words)
    const because = words.slice(0, 2).join(' ')
    expectHarmless(ended.stdout, `${because} stdout`)
    expectHarmless(ended.stderr, `${because} stderr`)
    expect(ended.exitCode, because).not.toBe(70)
    if (words.includes('json') && ended.stdout !== '') ended.document()
  }
  for (const path of await world.shell.ledgers()) expectHarmless(await readFile(path, 'utf8'), 'ledger')
  for (const object of world.written()) expectHarmless(JSON.stringify(object), 'what was written')
}

async function openWorld(rewrite: (text: string, place: Place) => string | undefined) {
  const fleet = await openFleet(clusters)
  const server = await openRewritingServer(fleet.sandbox.kubeconfig)
  server.rewrite = rewrite
  const screen = {screen: {columns: 80, rows: 24}, env: {TERM: 'dumb', NO_COLOR: '1'}}
  const shell: Shell = await openShell({kubeconfig: server.kubeconfig, clock: fleet.clock, ...screen})
  return {
    shell,
    /** Events, Leases and the annotations of workloads: what other people read. */
    written: () =>
      (['Event', 'Lease', 'Deployment'] as const).flatMap((kind) =>
        fleet
          .cluster('eu')
          .objects(kind)
          .filter(({metadata}) => !/^kube-/.test(metadata.namespace ?? '')),
      ),
    async [Symbol.asyncDispose]() {
      await shell[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await fleet[Symbol.asyncDispose]()
    },
  }
}
