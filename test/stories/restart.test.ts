import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {expect, test} from 'vitest'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport} from '../support/workload-documents.ts'

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
]
const all = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/cart', 'us/shop/Deployment/web']
const restart = ['restart', image, '--all-contexts', '--yes'] as const

test('restarts what runs the image, everywhere, with one stamp, and ends with 0', async () => {
  await using fleet = await openFleet(two)
  const {stdout, exitCode} = await fleet.shell.run(...restart)
  expect(fleet.restarted()).toEqual(all)
  expect(fleet.stamps()).toHaveLength(1)
  expect(stdout).toMatch(/Total 4 {2}Succeeded 4 {2}Failed 0/)
  expect(exitCode).toBe(0)
})

test('a second run restarts them again', async () => {
  await using fleet = await openFleet(two)
  await fleet.shell.run(...restart)
  const [first] = fleet.stamps()
  await fleet.clock.advance(60_000)
  const {exitCode} = await fleet.shell.run(...restart)
  expect(fleet.stamps()).not.toContain(first)
  expect(exitCode).toBe(0)
})

test('each server sees one connection, and one watch per kind however many targets', async () => {
  await using fleet = await openFleet(two)
  await fleet.shell.run(...restart)
  expect(fleet.sandbox.clusters.map((cluster) => cluster.connections())).toEqual([1, 1])
  const watches = fleet
    .cluster('eu')
    .requests()
    .filter(({path}) => path.includes('watch='))
  expect(watches).toHaveLength(1)
})

test('one that cannot be pulled fails with its reason, and stops no other target', async () => {
  const trouble = [{type: 'unpullable-image', image: 'ghcr.io/acme/web:broken'}] as const
  const broken = {namespace: 'shop', name: 'web', image: `${image}:broken`, progressDeadlineSeconds: 60}
  await using fleet = await openFleet([{name: 'eu', workloads: [broken], trouble}, two[1]!])
  const {stdout, exitCode} = await fleet.shell.run(...restart)
  expect(stdout).toMatch(/^FAILED {2}eu\/shop\/Deployment\/web/)
  expect(stdout).toContain('ImagePullBackOff')
  expect(stdout).toMatch(/Total 3 {2}Succeeded 2 {2}Failed 1/)
  expect(stdout).toContain('kubectl --context eu -n shop')
  expect(exitCode).toBe(1)
})

test.each([[[]], [['-o', 'json']], [['--json']]])('an unreachable cluster ends with 4, with %j too', async (output) => {
  await using fleet = await openFleet([two[0]!, {...two[1]!, trouble: [{type: 'unreachable', how: 'refused'}]}])
  const {exitCode} = await fleet.shell.run(...restart, ...output)
  expect(fleet.restarted()).toEqual(all.filter((key) => key.startsWith('eu/')))
  expect(exitCode).toBe(4)
})

test('a server that asks to wait is waited for, and asked again', async () => {
  const busy = {type: 'answer', status: 429, retryAfterSeconds: 45, verb: 'patch', name: 'web', times: 1} as const
  await using fleet = await openFleet([{...two[0]!, trouble: [busy]}])
  const {document, exitCode} = await fleet.shell.run(...restart, '-o', 'json')
  const web = (document() as RunReport).results.find(({name}) => name === 'web')
  expect(web).toMatchObject({outcome: 'succeeded', attempts: 2})
  expect(fleet.clock.slept.some((ms) => ms >= 45_000 && ms <= 60_000)).toBe(true)
  expect(exitCode).toBe(0)
})

test('never writes what is forbidden, and one refusal stops no other target', async () => {
  const denied = {type: 'forbidden', verb: 'patch', resource: 'deployments'} as const
  await using fleet = await openFleet([{...two[0]!, trouble: [denied]}, two[1]!])
  const {document, exitCode} = await fleet.shell.run(...restart, '-o', 'json')
  expect(fleet.restarted()).toEqual(all.filter((key) => key.startsWith('us/')))
  expect(fleet.writes().filter((write) => write.startsWith('eu '))).toEqual([])
  const refused = (document() as RunReport).results.filter(({context}) => context === 'eu')
  expect(refused).toMatchObject([
    {outcome: 'failed', attempts: 0, failure: {class: 'forbidden'}},
    {outcome: 'failed', attempts: 0, failure: {class: 'forbidden'}},
  ])
  expect(exitCode).toBe(1)
})

test('--preflight strict: a missing permission ends with 2 before any write', async () => {
  const denied = {type: 'forbidden', verb: 'patch', resource: 'deployments'} as const
  await using fleet = await openFleet([{...two[0]!, trouble: [denied]}, two[1]!])
  const {stderr, exitCode} = await fleet.shell.run(...restart, '--preflight', 'strict')
  expect(fleet.writes()).toEqual([])
  expect(stderr).toContain('may not patch deployments.apps')
  expect(exitCode).toBe(2)
})

test('a lost reply is looked after, not repeated: exactly one restart', async () => {
  await using fleet = await openFleet([
    {...two[0]!, trouble: [{type: 'lost-reply', verb: 'patch', name: 'web', times: 1}]},
  ])
  const {document, exitCode} = await fleet.shell.run(...restart, '-o', 'json')
  expect((document() as RunReport).results.find(({name}) => name === 'web')).toMatchObject({outcome: 'succeeded'})
  const revision = fleet.cluster('eu').object('Deployment', 'shop', 'web')?.metadata.annotations
  expect(revision?.['deployment.kubernetes.io/revision']).toBe('2')
  expect(exitCode).toBe(0)
})

test('a mistyped image ends with 3 and writes nothing; --allow-empty makes it 0', async () => {
  await using fleet = await openFleet(two)
  const mistyped = ['restart', 'nosuchimage', '--all-contexts', '--yes'] as const
  expect(await fleet.shell.run(...mistyped)).toMatchObject({exitCode: 3})
  expect(await fleet.shell.run(...mistyped, '--allow-empty')).toMatchObject({exitCode: 0})
  expect(fleet.writes()).toEqual([])
  expect(await fleet.shell.ledgers()).toEqual([])
})

test('nothing matched and a cluster is down: 4, which --allow-empty does not change', async () => {
  await using fleet = await openFleet([two[0]!, {...two[1]!, trouble: [{type: 'unreachable', how: 'refused'}]}])
  const mistyped = ['restart', 'nosuchimage', '--all-contexts', '--yes'] as const
  expect(await fleet.shell.run(...mistyped)).toMatchObject({exitCode: 4})
  expect(await fleet.shell.run(...mistyped, '--allow-empty')).toMatchObject({exitCode: 4})
})

test('without a terminal it needs --yes: 2, and no server is asked anything', async () => {
  await using fleet = await openFleet(two)
  const {stderr, exitCode} = await fleet.shell.run('restart', image, '--all-contexts')
  expect(stderr).toContain('--yes')
  expect(fleet.sandbox.clusters.flatMap((cluster) => cluster.requests())).toEqual([])
  expect(exitCode).toBe(2)
})

test('a verb that writes must be told where: 2', async () => {
  await using fleet = await openFleet(two)
  const {stderr, exitCode} = await fleet.shell.run('restart', image, '--yes')
  expect(stderr).toContain('--all-contexts')
  expect(exitCode).toBe(2)
})

test.each([
  {typo: ['-c', 'eu', '-c', 'uss'], because: 'a context'},
  {typo: ['--all-contexts', '-n', 'shop', '-n', 'shpo'], because: 'a namespace'},
])('$because with a typo beside a good one ends with 2 and writes nothing', async ({typo}) => {
  await using fleet = await openFleet(two)
  expect(await fleet.shell.run('restart', image, '--yes', '--allow-empty', ...typo)).toMatchObject({exitCode: 2})
  expect(fleet.writes()).toEqual([])
})

test('shows the plan and asks; anything but yes is a No: 7, nothing written', async () => {
  await using fleet = await openFleet(two, {answers: ['', 'n', 'yes']})
  const ask = () => fleet.shell.run('restart', image, '--all-contexts')
  const {stderr, stdout, exitCode} = await ask()
  expect(stderr).toContain('Restart 4 workloads in 2 clusters? [y/N]')
  expect(stderr).toContain(fleet.cluster('eu').server)
  expect(stdout).toContain('Declined')
  expect(exitCode).toBe(7)
  expect(await ask()).toMatchObject({exitCode: 7})
  expect(fleet.writes()).toEqual([])
  expect(await ask()).toMatchObject({exitCode: 0})
  expect(fleet.restarted()).toEqual(all)
})

test('on a terminal HUBSPOKE_YES is no consent; without one it is', async () => {
  const env = {HUBSPOKE_YES: 'true'}
  await using asked = await openFleet(two, {env, answers: ['']})
  expect(await asked.shell.run('restart', image, '--all-contexts')).toMatchObject({exitCode: 7})
  await using cron = await openFleet(two, {env})
  expect(await cron.shell.run('restart', image, '--all-contexts')).toMatchObject({exitCode: 0})
})

test('contexts that the environment chose are marked in the plan', async () => {
  await using fleet = await openFleet(two, {env: {HUBSPOKE_CONTEXT: 'eu'}})
  const {stderr} = await fleet.shell.run('restart', image, '--yes')
  expect(stderr).toContain('chosen by HUBSPOKE_CONTEXT')
  expect(fleet.restarted()).toEqual(all.filter((key) => key.startsWith('eu/')))
})

test.each([
  {answers: ['us'], yes: [], exitCode: 7, because: 'its name must be typed and was not'},
  {answers: ['eu', 'a leak', 'y'], yes: [], exitCode: 0, because: 'its name was typed, and why'},
  {
    answers: ['eu', 'a leak'],
    yes: ['--yes'],
    exitCode: 0,
    because: '--yes covers the question, and the rest was typed',
  },
  {answers: ['y'], yes: ['--yes'], exitCode: 7, because: '--yes does not cover the name'},
  {answers: undefined, yes: ['--yes'], exitCode: 2, because: 'there is no terminal'},
  {answers: undefined, yes: ['--yes', '--confirm', 'eu'], exitCode: 2, because: 'no reason is given'},
  {
    answers: undefined,
    yes: ['--yes', '--confirm', 'eu', '--reason', 'a leak'],
    exitCode: 0,
    because: 'its name was given, and why',
  },
])('a protected cluster, also by another name: $exitCode, $because', async ({answers, yes, exitCode}) => {
  const alias = {...two[0]!, contexts: [{name: 'prod-eu'}]}
  const config = 'protectedContexts: ["prod-*"]\n'
  await using fleet = await openFleet([alias], {config, ...(answers && {answers})})
  expect(await fleet.shell.run('restart', image, '-c', 'eu', ...yes)).toMatchObject({exitCode})
  expect(fleet.restarted().length > 0).toBe(exitCode === 0)
})

test('two contexts of one cluster: every workload is restarted once', async () => {
  await using fleet = await openFleet([{...two[0]!, contexts: [{name: 'eu-admin'}]}])
  const {document, exitCode} = await fleet.shell.run(...restart, '-o', 'json')
  expect((document() as RunReport).counts.total).toBe(2)
  expect(fleet.writes()).toHaveLength(2)
  expect(exitCode).toBe(0)
})

test('kube-system is left out and named, unless it is asked for', async () => {
  const agent = {kind: 'DaemonSet', namespace: 'kube-system', name: 'agent', image: `${image}:1.0`} as const
  await using fleet = await openFleet([{...two[0]!, workloads: [...runningWeb('web'), agent]}])
  const {stderr} = await fleet.shell.run(...restart)
  expect(stderr).toContain('eu/kube-system/DaemonSet/agent')
  expect(fleet.restarted()).toEqual(['eu/shop/Deployment/web'])
  await fleet.shell.run(...restart, '-n', 'kube-system')
  expect(fleet.restarted()).toContain('eu/kube-system/DaemonSet/agent')
})

test('--dry-run client plans and sends no write; server has each write checked; neither leaves a ledger', async () => {
  await using fleet = await openFleet(two)
  expect(await fleet.shell.run('restart', image, '--all-contexts', '--dry-run', 'client')).toMatchObject({exitCode: 0})
  const {document, exitCode} = await fleet.shell.run(
    'restart',
    image,
    '--all-contexts',
    '--dry-run',
    'server',
    '-o',
    'json',
  )
  expect((document() as RunReport).counts).toMatchObject({total: 4, succeeded: 4})
  expect(exitCode).toBe(0)
  expect(fleet.writes()).toEqual([])
  const checked = fleet
    .cluster('eu')
    .requests()
    .filter(({path}) => path.includes('dryRun=All'))
  expect(checked).toHaveLength(2)
  expect(fleet.restarted()).toEqual([])
  expect(await fleet.shell.ledgers()).toEqual([])
})

test('what a restart would not move is not written, and needs attention: 1', async () => {
  const workloads = [
    {namespace: 'shop', name: 'held', image: `${image}:1.0`, paused: true},
    {kind: 'StatefulSet', namespace: 'shop', name: 'db', image: `${image}:1.0`, strategy: 'OnDelete'},
  ] as const
  await using fleet = await openFleet([{name: 'eu', workloads}])
  const {document, exitCode} = await fleet.shell.run(...restart, '-o', 'json')
  const notRestartable = {outcome: 'skipped', failure: {class: 'not-restartable'}}
  expect((document() as RunReport).results).toMatchObject([notRestartable, notRestartable])
  expect(fleet.writes()).toEqual([])
  expect(exitCode).toBe(1)
})

test('--max-failures 0: the first failure stops new starts, the rest is not run: 5', async () => {
  const names = ['a', 'b', 'c', 'd']
  const refused = {type: 'answer', status: 422, verb: 'patch', name: 'a'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb(...names), trouble: [refused]}])
  const {document, exitCode} = await fleet.shell.run(
    ...restart,
    '--max-failures',
    '0',
    '--concurrency',
    '1',
    '-o',
    'json',
  )
  expect((document() as RunReport).counts).toMatchObject({total: 4, failed: 1, notRun: 3})
  expect(fleet.restarted()).toEqual([])
  expect(exitCode).toBe(5)
})

test('--deadline: what has not begun by then is not run: 5', async () => {
  const stuck = {type: 'stuck-rollout', namespace: 'shop', name: 'a'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('a', 'b'), trouble: [stuck]}])
  const {document, exitCode} = await fleet.shell.run(...restart, '--deadline', '1m', '--concurrency', '1', '-o', 'json')
  const outcomes = Object.fromEntries((document() as RunReport).results.map(({name, outcome}) => [name, outcome]))
  expect(outcomes).toEqual({a: 'unverified', b: 'not-run'})
  expect(exitCode).toBe(5)
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s in the middle prints the summary with what was not run: %i', async (signal, code) => {
  const stuck = {type: 'stuck-rollout', namespace: 'shop', name: 'a'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('a', 'b'), trouble: [stuck]}])
  const ended = fleet.shell.run(...restart, '--concurrency', '1', '--timeout', '2h')
  while (fleet.restarted().length === 0) await new Promise((resolve) => setImmediate(resolve))
  fleet.shell.signal(signal)
  const {stdout, exitCode} = await ended
  expect(stdout).toContain('NOT RUN')
  expect(stdout).toContain('eu/shop/Deployment/b')
  expect(exitCode).toBe(code)
})

test('--run-id makes a second invocation the same run: what is done is left alone', async () => {
  await using fleet = await openFleet(two)
  const id = ['--run-id', '20261124-200000-00ff'] as const
  await fleet.shell.run(...restart, ...id)
  const before = fleet.writes().length
  const {exitCode} = await fleet.shell.run(...restart, ...id)
  expect(fleet.writes()).toHaveLength(before)
  expect(exitCode).toBe(0)
})

test('--no-wait: an accepted write is a success, and the verdict says so', async () => {
  const stuck = {type: 'stuck-rollout', namespace: 'shop', name: 'web'} as const
  await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('web'), trouble: [stuck]}])
  const {stdout, exitCode} = await fleet.shell.run(...restart, '--no-wait')
  expect(stdout).toContain('accepted, not waited for')
  expect(exitCode).toBe(0)
})

test('the ledger lists every planned target before the first write, and every change after', async () => {
  await using fleet = await openFleet(two)
  await fleet.shell.run(...restart)
  const [path = ''] = await fleet.shell.ledgers()
  const types = (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  expect(types.slice(0, 5)).toEqual(['run', 'planned', 'planned', 'planned', 'planned'])
  expect(types.at(-1)).toBe('ended')
  for (const type of ['writing', 'written', 'result']) expect(types.filter((one) => one === type)).toHaveLength(4)
})

test('a run that cannot write its ledger ends with 2 before the first write', async () => {
  await using fleet = await openFleet(two)
  const runs = join(fleet.shell.home, '.local', 'state', 'hubspoke', 'runs')
  await mkdir(dirname(runs), {recursive: true})
  await writeFile(runs, 'in the way')
  expect(await fleet.shell.run(...restart)).toMatchObject({exitCode: 2})
  expect(fleet.writes()).toEqual([])
})

test('no credential appears in any output or ledger', async () => {
  const token = 'known-token-4f9d2c7b81'
  const refused = {type: 'answer', status: 500, message: `trouble with ${token}`, verb: 'patch', name: 'cart'} as const
  await using fleet = await openFleet([{...two[0]!, token, trouble: [refused]}])
  await fleet.shell.run(...restart, '-v')
  await fleet.shell.run('find', image, '-o', 'json', '-v')
  await fleet.shell.run('check', '-o', 'json')
  const ledgers = await Promise.all((await fleet.shell.ledgers()).map((path) => readFile(path, 'utf8')))
  expect(fleet.shell.everythingPrinted()).toContain('trouble with')
  expect([fleet.shell.everythingPrinted(), ...ledgers].join('\n')).not.toContain(token)
})

test('every try and its error are in the document and in the ledger', async () => {
  const busy = {type: 'answer', status: 503, verb: 'patch', name: 'web', times: 2} as const
  await using fleet = await openFleet([{...two[0]!, trouble: [busy]}])
  const {document} = await fleet.shell.run(...restart, '-o', 'json')
  const {results, run} = document() as RunReport
  const [cart, web] = [results.find(({name}) => name === 'cart'), results.find(({name}) => name === 'web')]
  expect(cart).toMatchObject({outcome: 'succeeded', attempts: 1, failedTries: []})
  expect(web).toMatchObject({
    outcome: 'succeeded',
    attempts: 3,
    failedTries: [
      {attempt: 1, class: 'server-error', message: expect.stringContaining('HTTP 503')},
      {attempt: 2, class: 'server-error', message: expect.stringContaining('HTTP 503')},
    ],
  })
  const ledger = (await readFile(run.ledger ?? '', 'utf8')).trimEnd().split('\n')
  const retries = ledger.map((line) => JSON.parse(line)).filter(({type}) => type === 'retrying')
  expect(retries.map(({attempt, reason}) => [attempt, reason])).toEqual(
    web?.failedTries.map(({attempt, message}) => [attempt, message]),
  )
  const shown = (await fleet.shell.run('runs', 'show', 'last', '-o', 'json')).document() as LedgerReport
  expect(shown.targets.find(({name}) => name === 'web')?.failedTries).toEqual(web?.failedTries)
})
