import {expect, test} from 'vitest'
import type {CheckReport} from '../../src/model/check-report.ts'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import type {Ended} from '../support/run-command.ts'
import {openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('web')}
const us: ClusterSpec = {name: 'us', version: 'v1.31.4', workloads: runningWeb('web')}

const entry = ({document}: Ended, context: string) =>
  (document() as CheckReport).contexts.find((one) => one.context === context)
const denied = (ended: Ended, context: string) =>
  entry(ended, context)
    ?.permissions.filter(({allowed}) => !allowed)
    .map(({purpose, verb, resource}) => `${purpose}: ${verb} ${resource}`)

test('every context can be used: version, permissions and state of the cache; nothing is written: 0', async () => {
  await using fleet = await openFleet([eu, us])
  const {stdout, exitCode} = await fleet.shell.run('check')
  expect(stdout).toMatch(/^eu +v1\.36\.3 +0ms +yes +yes +yes +missing +no namespace$/m)
  expect(stdout).toMatch(/^us +v1\.31\.4 +0ms +yes +yes +yes +missing +no namespace$/m)
  expect(stdout).toContain('Exit 0: 2 contexts can be read and written.')
  expect(exitCode).toBe(0)
  expect(fleet.writes()).toEqual([])
})

test('the document has one entry per context, with the UID of its cluster', async () => {
  await using fleet = await openFleet([eu, us])
  const ended = await fleet.shell.run('check', '-o', 'json')
  expect(entry(ended, 'eu')).toMatchObject({uid: fleet.cluster('eu').uid, version: 'v1.36.3', problem: null})
  expect(entry(ended, 'us')).toMatchObject({server: fleet.cluster('us').server, imageCache: {state: 'missing'}})
  expect(denied(ended, 'eu')).toEqual([])
})

test('the state of the image cache: present with its age, foreign, broken', async () => {
  await using fleet = await openFleet([eu, us, {name: 'ap'}])
  await fleet.shell.run('cache', 'refresh', '--all-contexts', '-y')
  await fleet.clock.advance(60_000)
  const place = ['ConfigMap', 'hubspoke-system', 'deployment-image-cache'] as const
  const copy = fleet.cluster('eu').object(...place) as unknown as {data: object}
  fleet.cluster('us').patch(...place, {data: copy.data})
  fleet.cluster('ap').patch(...place, {data: {'cache.json': '{'}})
  const ended = await fleet.shell.run('check', '-o', 'json')
  expect(entry(ended, 'eu')?.imageCache).toEqual({state: 'present', ageMs: 60_000, workloads: 2})
  expect(entry(ended, 'us')?.imageCache?.state).toBe('foreign')
  expect(entry(ended, 'ap')?.imageCache?.state).toBe('unreadable')
  const {stdout} = await fleet.shell.run('check')
  expect(stdout).toMatch(/^eu .* 2 workloads, 1m old +available$/m)
  expect(stdout).toMatch(/^us .* foreign +available$/m)
  expect(ended.exitCode).toBe(0)
})

test.each([[[]], [['-o', 'json']], [['--json']]])('a cluster that is down: 4, with %j too', async (output) => {
  await using fleet = await openFleet([{...eu, trouble: [{type: 'unreachable', how: 'refused'}]}, us])
  expect(await fleet.shell.run('check', ...output)).toMatchObject({exitCode: 4})
})

test('a cluster that is down is named, with why and what to type; the others are checked', async () => {
  await using fleet = await openFleet([{...eu, trouble: [{type: 'unreachable', how: 'refused'}]}, us])
  const {stdout} = await fleet.shell.run('check')
  expect(stdout).toMatch(/^CANNOT BE USED {2}eu {2}\(unreachable\)$/m)
  expect(stdout).toMatch(/^us +v1\.31\.4 /m)
  expect(stdout).toContain('--context eu')
  expect(stdout).toContain('Exit 4: 1 of 2 contexts cannot be used.')
})

test('unknown credentials: 4', async () => {
  await using fleet = await openFleet([{...eu, trouble: [{type: 'answer', status: 401}]}, us])
  const ended = await fleet.shell.run('check', '-o', 'json')
  expect(entry(ended, 'eu')).toMatchObject({problem: {class: 'unauthenticated'}, uid: null})
  expect(entry(ended, 'us')).toMatchObject({problem: null})
  expect(ended.exitCode).toBe(4)
})

test('who may read and not write: said, and still 0, as reading needs no more', async () => {
  const may = [{verbs: ['get', 'list', 'watch'], resources: ['*']}] as const
  await using fleet = await openFleet([{...eu, may}])
  const ended = await fleet.shell.run('check', '-o', 'json')
  expect(denied(ended, 'eu')).toEqual([
    'restart: patch deployments.apps',
    'restart: patch statefulsets.apps',
    'restart: patch daemonsets.apps',
    'restart: create events',
    'restart: create leases.coordination.k8s.io',
    'restart: update leases.coordination.k8s.io',
    'set-image: patch deployments.apps',
    'set-image: patch statefulsets.apps',
    'set-image: patch daemonsets.apps',
    'set-image: create events',
    'set-image: create leases.coordination.k8s.io',
    'set-image: update leases.coordination.k8s.io',
    'scale: create leases.coordination.k8s.io',
    'scale: update leases.coordination.k8s.io',
    'scale: update deployments/scale.apps',
    'scale: update statefulsets/scale.apps',
    'scale: create events',
    'undo: patch deployments.apps',
    'undo: patch statefulsets.apps',
    'undo: patch daemonsets.apps',
    'undo: create events',
    'undo: create leases.coordination.k8s.io',
    'undo: update leases.coordination.k8s.io',
    'apply: create leases.coordination.k8s.io',
    'apply: update leases.coordination.k8s.io',
    'foreach: create leases.coordination.k8s.io',
    'foreach: update leases.coordination.k8s.io',
    'cache refresh: create configmaps',
    'cache refresh: update configmaps',
    'cache refresh: delete configmaps',
    'cache watch: create configmaps',
    'cache watch: update configmaps',
    'cache watch: delete configmaps',
    'cache watch: create leases.coordination.k8s.io',
    'cache watch: update leases.coordination.k8s.io',
  ])
  expect(ended.exitCode).toBe(0)
  const {stdout} = await fleet.shell.run('check')
  expect(stdout).toMatch(/^eu +v1\.36\.3 +0ms +yes +in part +in part +missing +forbidden$/m)
  expect(stdout).toContain('restart, set-image and undo: may not patch deployments.apps in all namespaces (eu)')
  expect(stdout).toContain('Exit 0: 1 context can be read; 1 of them may not be written in full.')
})

test('who may not see everything: 4', async () => {
  const trouble = [{type: 'forbidden', verb: 'list', resource: 'daemonsets'}] as const
  await using fleet = await openFleet([{...eu, trouble}, us])
  const {stdout, exitCode} = await fleet.shell.run('check')
  expect(stdout).toMatch(/^eu +v1\.36\.3 +0ms +in part +in part +in part /m)
  expect(stdout).toContain(
    'find, status, restart, set-image, scale, undo, foreach, cache refresh and cache watch: may not list daemonsets.apps in all namespaces (eu)',
  )
  expect(stdout).toContain('Exit 4: 1 of 2 contexts can be read only in part.')
  expect(exitCode).toBe(4)
})

test('only the contexts that are named are asked; a typo ends with 2', async () => {
  await using fleet = await openFleet([eu, us])
  const ended = await fleet.shell.run('check', '-c', 'e*', '-o', 'json')
  expect((ended.document() as CheckReport).contexts.map(({context}) => context)).toEqual(['eu'])
  expect(fleet.cluster('us').requests()).toEqual([])
  expect(await fleet.shell.run('check', '-c', 'eu', '-c', 'uss')).toMatchObject({exitCode: 2, stdout: ''})
})

test('progress is told context by context, on stderr', async () => {
  await using fleet = await openFleet([{...eu, trouble: [{type: 'unreachable', how: 'refused'}]}, us])
  const {stderr} = await fleet.shell.run('check')
  expect(stderr).toMatch(/ {2}reading 2 contexts$/m)
  expect(stderr).toMatch(/ {2}us {2}answered$/m)
  expect(stderr).toMatch(/ {2}eu {2}FAILED: Cannot reach context "eu"/m)
  expect((await fleet.shell.run('check', '-q')).stderr).toBe('')
})

test.each([
  {words: ['-n', 'nope'], says: '"nope"', next: 'kubectl --context eu get namespaces'},
  {words: ['-n', 'shop', '-n', 'shpo'], says: '"shpo"', next: '-n shop'},
])('$words is a namespace of no cluster: 2, as for a run', async ({words, says, next}) => {
  await using fleet = await openFleet([
    {...eu, namespaces: ['shop']},
    {...us, namespaces: ['pay']},
  ])
  const ended = await fleet.shell.run('check', ...words, '-o', 'json')
  expect(ended.exitCode).toBe(2)
  expect(ended.document()).toMatchObject({
    error: {
      message: `No selected cluster has a namespace that matches ${says}.`,
      suggestions: expect.arrayContaining([next]),
    },
  })
})

test('a namespace that one cluster has is no typo, nor is one where namespaces may not be listed', async () => {
  await using fleet = await openFleet([eu, {...us, namespaces: ['pay']}])
  expect(await fleet.shell.run('check', '-n', 'pay')).toMatchObject({exitCode: 0})
  const may = [{verbs: ['*'], resources: ['deployments', 'statefulsets', 'daemonsets'], namespaces: ['shop']}] as const
  await using limited = await openFleet([{...eu, may}])
  expect((await limited.shell.run('check', '-n', 'nope')).exitCode).not.toBe(2)
})
