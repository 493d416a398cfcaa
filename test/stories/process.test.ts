import {execFileSync} from 'node:child_process'
import {closeSync, existsSync, openSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {parse} from 'yaml'
import type {ErrorReport} from '../../src/model/error-report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {image, restartedIn, runningWeb} from '../support/sandbox-fleet.ts'
import {schemaErrors} from '../support/schemas.ts'
import {openProcessShell} from '../support/spawn-command.ts'

const restart = ['restart', image, '--all-contexts', '--yes'] as const

const two: readonly ClusterSpec[] = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
]
const all = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/cart', 'us/shop/Deployment/web']
const stuck: readonly ClusterSpec[] = [
  {name: 'eu', workloads: runningWeb('a', 'b'), trouble: [{type: 'stuck-rollout', namespace: 'shop', name: 'a'}]},
]

test('the command line goes before the environment, also where another flag says it', async () => {
  using shell = openProcessShell({HUBSPOKE_JSON: 'true'})
  expect((await shell.run('runs', 'list')).stdout).toMatch(/^\{/)
  expect((await shell.run('runs', 'list', '-o', 'table')).stdout).not.toMatch(/^\{/)
})

describe('a broken config file', () => {
  const broken = join(import.meta.dirname, 'no-such-config.yaml')

  test.each([[['--help']], [['--version']], [['restart', '--help']], [['help', 'restart']]])(
    'is not read by %j',
    async (words) => {
      using shell = openProcessShell({HUBSPOKE_CONFIG: broken})
      expect(await shell.run(...words)).toMatchObject({stderr: '', exitCode: 0})
    },
  )

  test('ends every other command with 2', async () => {
    using shell = openProcessShell({HUBSPOKE_CONFIG: broken, HUBSPOKE_JSON: 'true'})
    const {stdout, stderr, exitCode} = await shell.run('find', image)
    expect(stderr).toBe(`The config file ${broken} of HUBSPOKE_CONFIG does not exist.\n`)
    expect(JSON.parse(stdout)).toMatchObject({type: 'ErrorReport', verdict: {code: 2}})
    expect(exitCode).toBe(2)
  })
})

describe('streams', () => {
  test('the result on stdout, progress on stderr', async () => {
    await using clusters = await openRealClockClusters(two)
    const {stdout, stderr, exitCode} = await clusters.shell.run(...restart, '-o', 'json')
    expect(schemaErrors(JSON.parse(stdout))).toEqual([])
    expect(stderr).toContain('eu/shop/Deployment/web  written, waiting for its rollout')
    expect(exitCode).toBe(0)
  })

  test.each([
    {closed: ['stdout'], because: 'the reader of the result went away'},
    {closed: ['stderr'], because: 'the reader of the progress went away'},
    {closed: ['stdout', 'stderr'], because: 'no reader is left'},
  ] as const)('$closed closed early: the run goes on to its end, and its code is true', async ({closed}) => {
    await using clusters = await openRealClockClusters(two)
    const {child, end} = clusters.shell.start(...restart)
    for (const stream of closed) child[stream]?.destroy()
    expect((await end).exitCode).toBe(0)
    expect(restartedIn(clusters.sandbox)).toEqual(all)
  })

  test('stdout closed early changes nothing about a failure, either', async () => {
    const refused = {type: 'answer', status: 422, verb: 'patch', name: 'web'} as const
    await using clusters = await openRealClockClusters([{...two[0]!, trouble: [refused]}, two[1]!])
    const {child, end} = clusters.shell.start(...restart)
    child.stdout?.destroy()
    expect((await end).exitCode).toBe(1)
    expect(restartedIn(clusters.sandbox)).toEqual(all.filter((name) => name !== 'eu/shop/Deployment/web'))
  })

  test('a result that is lost on a full disk is no success', async ({skip}) => {
    if (!existsSync('/dev/full')) skip('this system has no /dev/full')
    await using clusters = await openRealClockClusters(two)
    const full = openSync('/dev/full', 'w')
    const {stderr, exitCode} = await clusters.shell.runUnder({stdout: full}, 'find', image)
    closeSync(full)
    expect(stderr).toContain('The result could not be written to stdout (ENOSPC).')
    expect(exitCode).toBe(1)
  })

  test('IMAGE is never taken from stdin: it may be a line of a surrounding loop', async () => {
    using shell = openProcessShell({})
    const {stderr, exitCode} = await shell.runUnder({stdin: `${image}\n`}, 'restart', '--all-contexts', '--yes')
    expect(stderr).toContain('Missing: IMAGE (')
    expect(exitCode).toBe(2)
  })
})

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: nothing new starts, the summary is printed, and it ends with %i', async (signal, code) => {
    await using clusters = await openRealClockClusters(stuck)
    const {child, end, says} = clusters.shell.start(...restart, '--concurrency', '1')
    await says('written, waiting for its rollout')
    child.kill(signal)
    const {stdout, exitCode} = await end
    expect(stdout).toContain('UNVERIFIED')
    expect(stdout).toContain('eu/shop/Deployment/b')
    expect(stdout).toContain(`Exit ${code}: `)
    expect(exitCode).toBe(code)
    expect(restartedIn(clusters.sandbox)).toEqual(['eu/shop/Deployment/a'])
  })

  test('SIGHUP of a terminal that is gone with its streams: 129, and the ledger has every end', async () => {
    await using clusters = await openRealClockClusters(stuck)
    const {child, end, says} = clusters.shell.start(...restart, '--concurrency', '1')
    await says('written, waiting for its rollout')
    child.stdout?.destroy()
    child.stderr?.destroy()
    child.kill('SIGHUP')
    expect((await end).exitCode).toBe(129)
    const {stdout} = await clusters.shell.run('runs', 'show', 'last', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      run: {exitCode: 129},
      targets: [{outcome: 'unverified'}, {outcome: 'not-run'}],
    })
  })

  test('a second SIGINT ends it at once, with 130 and without a word about bugs', async () => {
    const slow = {type: 'latency', ms: 60_000, verb: 'patch'} as const
    await using clusters = await openRealClockClusters([{name: 'eu', workloads: runningWeb('web'), trouble: [slow]}])
    const {child, end, says} = clusters.shell.start(...restart)
    await says('starts with 1 target')
    await until(() =>
      clusters.sandbox
        .cluster('eu')
        .requests()
        .some(({method}) => method === 'PATCH'),
    )
    child.kill('SIGINT')
    await says('Press Ctrl-C again to end at once')
    child.kill('SIGINT')
    const {stdout, stderr, exitCode} = await end
    expect(stderr).toMatch(/\nWhat this run has done is recorded in .*: hubspoke runs show \d{8}-\d{6}-[0-9a-f]{4}\n/)
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(/bug|stopped before it had an answer/)
    expect(exitCode).toBe(130)
  })

  test('the sandbox ends with 0', async () => {
    using shell = openProcessShell({})
    const {child, end, says} = shell.start('sandbox')
    await says('kubectl get deployments -A')
    child.kill('SIGINT')
    expect(await end).toMatchObject({exitCode: 0, stdout: ''})
  })
})

describe('how it starts', () => {
  const old = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', {value: {...process.versions, node: '20.20.2'}});" +
      "Object.defineProperty(process, 'version', {value: 'v20.20.2'})",
  )}`
  const sentence =
    /^hubspoke needs Node\.js 22\.19 or newer; this is v\d+\.\d+\.\d+\. In a clone, npm run -s hubspoke -- COMMAND brings one\.\n$/

  test.each([['20.20.2'], ['22.18.0'], ['18.0.0']])('on Node.js %s: one sentence, and 2', async (version) => {
    using shell = openProcessShell({})
    const ended = await shell.runUnder({imports: [old.replaceAll('20.20.2', version)]}, 'find', image)
    expect(ended.stderr).toMatch(sentence)
    expect(ended.stderr).toContain(`this is v${version}.`)
    expect(ended).toMatchObject({stdout: '', exitCode: 2})
  })

  test.each([['22.19.0'], ['23.0.0']])('on Node.js %s it starts', async (version) => {
    using shell = openProcessShell({})
    const ended = await shell.runUnder({imports: [old.replaceAll('20.20.2', version)]}, '--version')
    expect(ended).toMatchObject({stderr: '', exitCode: 0})
  })

  test('on an old Node.js of this machine: one sentence, and 2', async ({skip}) => {
    const node = '/usr/bin/node'
    const version = existsSync(node) ? execFileSync(node, ['--version'], {encoding: 'utf8'}) : 'none'
    if (!/^v(1\d|20)\./.test(version)) skip(`${node} is ${version.trim()}, not older than what hubspoke needs`)
    using shell = openProcessShell({})
    const ended = await shell.runUnder({node}, 'find', image, '--json')
    expect(ended.stderr).toMatch(sentence)
    expect(ended).toMatchObject({stdout: '', exitCode: 2})
  })

  test.each([
    [[]],
    [['--help']],
    [['-h']],
    [['help']],
    [['help', 'find']],
    [['find', '--help']],
    [['cache']],
    [['cache', 'refresh', '--help']],
    [['--version']],
  ])('%j ends with 0, on stdout alone', async (words) => {
    using shell = openProcessShell({})
    const {stdout, stderr, exitCode} = await shell.run(...words)
    expect(stdout).toMatch(/hubspoke/)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
  })
})

describe('what was typed wrong', () => {
  const wrong = [
    {words: ['fnd', image], says: 'There is no command "fnd".', next: 'hubspoke find'},
    {words: ['cache', 'bogus'], says: 'There is no command "cache bogus".', next: 'hubspoke cache refresh'},
    {words: ['help', 'fnd'], says: 'There is no command "fnd".', next: 'hubspoke find'},
    {words: ['find', image, '--contxt', 'eu'], says: 'Nonexistent flag: --contxt.', next: '--context'},
    {
      words: ['find'],
      says: 'Missing: IMAGE (reference, repository, tag glob or digest).',
      next: 'hubspoke find --help',
    },
    {words: ['find', image, 'more'], says: 'Unexpected argument: more.', next: 'hubspoke find --help'},
    {
      words: ['restart', image, '--timeout', '5'],
      says: '--timeout: Invalid duration "5"',
      next: 'hubspoke restart --help',
    },
    {
      words: ['restart', image, '--lock', 'maybe'],
      says: 'Expected --lock=maybe to be one of: auto, require, off.',
      next: '',
    },
    {words: ['restart', image, '--concurrency', '0'], says: '--concurrency: Expected an integer', next: ''},
    {words: ['scale', image], says: 'Missing: --replicas.', next: 'hubspoke scale --help'},
    ...[
      ['find', '-q=false', '--quiet', '--quiet, or omit it'],
      ['restart', '--yes=false', '--yes', '--yes, or omit it'],
      ['restart', '--wait=false', '--wait', '--wait or --no-wait'],
      ['restart', '--no-wait=true', '--wait', '--wait or --no-wait'],
    ].map(([command = '', word = '', flag, forms]) => ({
      words: [command, image, word],
      says: `${flag} takes no value: write ${forms}.`,
      next: `hubspoke ${command} --help`,
    })),
    {words: ['restart', image, '--no-yes'], says: 'Nonexistent flag: --no-yes.', next: '--yes'},
    {words: ['undo', 'last'], says: '"last" names a run, and IMAGE names an image.', next: 'hubspoke undo --run last'},
    {
      words: ['undo', '20261124-2'],
      says: '"20261124-2" names a run, and IMAGE names an image.',
      next: 'hubspoke undo --run 20261124-2',
    },
    {words: ['cache', 'show', '--bogus'], says: 'Nonexistent flag: --bogus.', next: 'hubspoke cache show --help'},
  ]

  test.each(wrong)('$words: one sentence, the next step, with --json an ErrorReport, and 2', async (one) => {
    using shell = openProcessShell({})
    const {stdout, stderr, exitCode} = await shell.run(...one.words, '--json')
    expect(stderr.split('\n')[0]).toContain(one.says)
    expect(stderr).toContain(`  try: ${one.next}`)
    const report: ErrorReport = JSON.parse(stdout)
    expect(schemaErrors(report)).toEqual([])
    expect(report.error).toMatchObject({class: 'usage', message: expect.stringContaining(one.says)})
    expect(exitCode).toBe(2)
  })

  test.each([[['fnd', image]], [['find']], [['find', image, '--bogus']]])(
    '%j: without --json nothing on stdout, and 2',
    async (words) => {
      using shell = openProcessShell({})
      expect(await shell.run(...words)).toMatchObject({stdout: '', exitCode: 2})
    },
  )

  test('the same from the environment', async () => {
    using shell = openProcessShell({})
    const inYaml = await shell.runUnder({env: {HUBSPOKE_OUTPUT: 'yaml'}}, 'fnd', image)
    expect(parse(inYaml.stdout)).toMatchObject({type: 'ErrorReport', error: {class: 'usage'}})
    const wrongValue = await shell.runUnder({env: {HUBSPOKE_OUTPUT: 'tabel'}}, 'find', image)
    expect(wrongValue.stderr).toContain('tabel')
    expect(wrongValue.exitCode).toBe(2)
  })
})

describe('the kubeconfig', () => {
  test.each([
    {content: undefined, says: 'kubeconfig', because: 'there is none'},
    {content: 'clusters: [', says: 'kubeconfig', because: 'it is no YAML'},
    {content: 'apiVersion: v1\nkind: Config\n', says: 'no contexts', because: 'it is empty'},
  ])('$because: 2, with a next step, in text and in a document', async ({content, says}) => {
    using shell = openProcessShell({})
    const path = join(shell.home, 'kubeconfig')
    if (content !== undefined) writeFileSync(path, content)
    const env = {KUBECONFIG: path}
    const text = await shell.runUnder({env}, 'find', image)
    expect(text.stderr).toContain(says)
    expect(text.stderr).toContain('  try: ')
    expect(text).toMatchObject({stdout: '', exitCode: 2})
    const {stdout, exitCode} = await shell.runUnder({env}, 'find', image, '--json')
    const report: ErrorReport = JSON.parse(stdout)
    expect(schemaErrors(report)).toEqual([])
    expect(report.error.suggestions.length).toBeGreaterThan(0)
    expect(exitCode).toBe(2)
  })
})

describe('a bug', () => {
  /** A module that makes reading the kubeconfig do something else. */
  const whereReadingDoes = (body: string) =>
    `data:text/javascript,${encodeURIComponent(`
      import fs from 'node:fs/promises'
      import {syncBuiltinESMExports} from 'node:module'
      const open = fs.open
      fs.open = (path, ...rest) => (String(path).includes('.kube') ? (() => {${body}})() : open(path, ...rest))
      syncBuiltinESMExports()
    `)}`

  /** A module that makes drawing the id of a run throw: inside of the command. */
  const whereChanceThrows = `data:text/javascript,${encodeURIComponent(`
    const random = Math.random
    Math.random = () => {
      if (new Error().stack.includes('at runIdentity ')) throw new TypeError('x is not a function')
      return random()
    }
  `)}`

  test.each([
    {body: 'return new Promise(() => undefined)', says: 'stopped before it had an answer', because: 'never settles'},
    {
      body: "Promise.reject(new Error('lost')); return new Promise((end) => setTimeout(end, 500, ''))",
      says: 'Error: lost',
      because: 'no caller awaits',
    },
    {
      body: "Promise.reject(undefined); return new Promise((end) => setTimeout(end, 500, ''))",
      says: 'Unhandled error',
      because: 'rejects with nothing',
    },
    {
      body: "setImmediate(() => { throw undefined }); return new Promise((end) => setTimeout(end, 500, ''))",
      says: 'Unhandled error',
      because: 'throws nothing',
    },
  ])('something that $because ends with 70, and says so', async ({body, says}) => {
    using shell = openProcessShell({})
    const {stdout, stderr, exitCode} = await shell.runUnder({imports: [whereReadingDoes(body)]}, 'find', image)
    expect(stderr).toContain(says)
    expect(stderr).toContain('This is a bug in hubspoke: please report it')
    expect(stdout).toBe('')
    expect(exitCode).toBe(70)
  })

  test('something that throws ends with 70, and says so', async () => {
    using shell = openProcessShell({})
    const words = ['restart', image, '-c', 'eu', '--yes'] as const
    const text = await shell.runUnder({imports: [whereChanceThrows]}, ...words)
    expect(text.stderr).toBe(
      'A bug in hubspoke: TypeError: x is not a function\n' +
        'This is a bug in hubspoke: please report it with the command you ran.\n',
    )
    expect(text).toMatchObject({stdout: '', exitCode: 70})
    const {stdout, exitCode} = await shell.runUnder({imports: [whereChanceThrows]}, ...words, '--json')
    expect(JSON.parse(stdout)).toMatchObject({error: {class: 'internal'}, verdict: {code: 70}})
    expect(exitCode).toBe(70)
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
