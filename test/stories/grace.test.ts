import {describe, expect, test} from 'vitest'
import type {StopSignal} from '../../src/model/exit-code.ts'
import type {Trouble} from '../../src/sandbox/trouble.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

/** Longer than anything may wait for an answer, in milliseconds. */
const forever = 24 * 3_600_000

const requests = [
  {verb: 'get', resource: 'namespaces'},
  {verb: 'list', resource: 'namespaces'},
  {verb: 'list', resource: 'deployments'},
  {verb: 'watch', resource: 'deployments'},
  {verb: 'get', resource: 'deployments'},
  {verb: 'patch', resource: 'deployments'},
  {verb: 'get', resource: 'configmaps'},
  {verb: 'create', resource: 'configmaps'},
  {verb: 'create', resource: 'selfsubjectaccessreviews'},
  {verb: 'list', resource: 'poddisruptionbudgets'},
  {verb: 'list', resource: 'pods'},
  {verb: 'get', resource: 'leases'},
  {verb: 'create', resource: 'leases'},
  {verb: 'update', resource: 'leases'},
  {verb: 'create', resource: 'events'},
] as const

function openHanging({verb, resource}: (typeof requests)[number]): Promise<Fleet> {
  const hangs: Trouble = {type: 'latency', ms: forever, verb, resource}
  return openFleet([
    {name: 'eu', workloads: runningWeb('web', 'api'), trouble: [hangs]},
    {name: 'us', workloads: runningWeb('web')},
  ])
}

/** The command has begun at the latest then, on a virtual clock that does not wait for it. */
const startMs = 60_000

/** Five seconds after the first request: before that, there is no signal handler. */
async function signalInTime({sandbox, clock, shell}: Fleet, signal: StopSignal): Promise<void> {
  const from = clock.now()
  while (clock.now() < from + startMs && sandbox.clusters.every((cluster) => cluster.requests().length === 0)) {
    await clock.sleep(100)
  }
  await clock.sleep(5_000)
  shell.signal(signal)
}

/** Of a report: the workloads that it calls a success. */
function succeeded(document: unknown): readonly string[] {
  const {results = []} = document as {
    results?: readonly {outcome: string; context: string; namespace: string; kind: string; name: string}[]
  }
  return results
    .filter(({outcome}) => outcome === 'succeeded')
    .map(({context, namespace, kind, name}) => `${context}/${namespace}/${kind}/${name}`)
}

function outcomes(document: unknown): readonly string[] {
  const {results = []} = document as {results?: readonly {outcome: string}[]}
  return results.map(({outcome}) => outcome)
}

const stops = [
  {stop: '--deadline', code: 5, words: ['--deadline', '5s'], signal: undefined},
  {stop: 'SIGTERM', code: 143, words: [], signal: 'SIGTERM'},
  {stop: 'SIGINT', code: 130, words: [], signal: 'SIGINT'},
] as const

describe.each(stops)('restart, stopped by $stop after 5 s', ({code, words, signal}) => {
  // A deadline that kept no target from being tried has stopped nothing.
  const stopCode = signal === undefined ? 1 : code

  test.each(requests)('ends with its summary in time while a $verb of $resource is not answered', async (request) => {
    await using fleet = await openHanging(request)
    const {clock, shell} = fleet
    if (signal !== undefined) void signalInTime(fleet, signal)
    const run = await shell.run('restart', image, '--all-contexts', '--yes', '-o', 'json', ...words)
    expect(clock.now()).toBeLessThanOrEqual(startMs + 35_000)
    expect(run.document()).toMatchObject({type: 'RunReport'})
    for (const name of succeeded(run.document())) expect(fleet.restarted()).toContain(name)
    // The request is never answered: a run that succeeded has not needed it.
    expect([0, outcomes(run.document()).includes('not-run') ? code : stopCode]).toContain(run.exitCode)
  })
})

const reads = [
  ['find', image],
  ['find', image, '--fresh', 'scan'],
  ['find', image, '-n', 'shop'],
  ['check'],
  ['cache', 'refresh', '--all-contexts', '--yes'],
  ['cache', 'show'],
] as const

describe.each(reads.map((words) => ({words})))('$words, stopped by SIGINT after 5 s', ({words}) => {
  test.each(requests)('ends with its answer at once while a $verb of $resource is not answered', async (request) => {
    await using fleet = await openHanging(request)
    const {clock, shell} = fleet
    void signalInTime(fleet, 'SIGINT')
    const run = await shell.run(...words, '-o', 'json')
    expect(clock.now()).toBeLessThanOrEqual(startMs + 35_000)
    expect(run.document()).toHaveProperty('verdict')
    // The request is never answered: another exit code would mean that it was not needed.
    expect([words[1] === 'show' ? 3 : 0, 130]).toContain(run.exitCode)
  })
})
