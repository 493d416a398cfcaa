import {expect, test} from 'vitest'
import {createInMemoryWorkloads} from '../../../test/support/distribution/in-memory-workloads.ts'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {workloadState} from '../../../test/support/distribution/workload-state.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {HubspokeError} from '../../model/failure.ts'
import {createAttempts} from '../testing/processes.ts'
import {type TestEnv, verbEnv} from '../testing/verb-env.ts'
import type {CommandEnd, CommandOrder, Commands} from './commands.ts'
import {foreach} from './foreach.ts'

const target = targetOf('web', 'eu-1', {kind: 'Deployment'})

/** Commands that end so, and what was run. */
function fakeCommands(end: CommandEnd) {
  const orders: CommandOrder[] = []
  const commands: Commands = {
    exists: async () => true,
    async run(order, starting) {
      await starting()
      orders.push(order)
      const nothing = {path: '/out', bytes: 0, isCut: false}
      return {end, stdout: {...nothing, bytes: 3, path: '/out/web.stdout'}, stderr: nothing}
    },
  }
  return {orders, commands}
}

function act(end: CommandEnd, state: Parameters<typeof workloadState>[0], env: TestEnv = {}) {
  const {orders, commands} = fakeCommands(end)
  const workloads = createInMemoryWorkloads(workloadState(state))
  const args = foreach.parse({image: 'ghcr.io/acme/web', command: ['echo', '{name}', '{kind}'], passEnv: ['EXTRA']})
  const spoke = foreach.spoke(args, verbEnv(workloads, createVirtualClock(), {...env, commands}))
  return {orders, acting: spoke.act(target, createAttempts()())}
}

test('the command of a workload has its names, and its end is the end of the target', async () => {
  const {orders, acting} = act({type: 'exited', status: 0}, {})
  expect(await acting).toEqual({outcome: 'succeeded', reason: 'exit status 0; output in /out/web.stdout (3 B)'})
  expect(orders).toMatchObject([{words: ['echo', 'web', 'Deployment'], passedOn: ['EXTRA'], context: target.context}])
})

test.each([
  {end: {type: 'exited', status: 2}, failureClass: 'command-failed', says: 'exit status 2'},
  {end: {type: 'killed', signal: 'SIGSEGV'}, failureClass: 'command-failed', says: 'ended by SIGSEGV'},
  {end: {type: 'timeout'}, failureClass: 'timeout', says: 'it ran longer than 10m (--timeout)'},
] as const)('$end is a failure whose end is known', async ({end, failureClass, says}) => {
  const error: unknown = await act(end, {}).acting.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HubspokeError)
  expect(error).toMatchObject({failureClass, observed: true, suggestions: ['tail /out/web.stdout']})
  expect(String(error)).toContain(says)
})

test('a command that was stopped is not one to run again', async () => {
  expect(await act({type: 'stopped'}, {}).acting).toMatchObject({outcome: 'failed', failure: {class: 'command-failed'}})
})

test.each([
  {because: 'it was recreated', state: {uid: 'another'}, end: {outcome: 'skipped', failure: {class: 'recreated'}}},
  {
    because: 'it no longer runs the image',
    state: {images: [{container: 'app', image: 'nginx', role: 'container'}]},
    end: {outcome: 'skipped', reason: 'it no longer runs the image'},
  },
] as const)('nothing is run when $because', async ({state, end}) => {
  const {orders, acting} = act({type: 'exited', status: 0}, state)
  expect(await acting).toMatchObject(end)
  expect(orders).toEqual([])
})

test('nothing is run when the context points at another cluster', async () => {
  const confirmCluster = () => Promise.reject(new HubspokeError('other-cluster', 'Another one.', {refused: true}))
  const {orders, acting} = act({type: 'exited', status: 0}, {}, {confirmCluster})
  await expect(acting).rejects.toMatchObject({failureClass: 'other-cluster'})
  expect(orders).toEqual([])
})
