import {expect, onTestFinished, test} from 'vitest'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {openShell} from '../support/run-command.ts'
import {image, restartedIn, runningWeb} from '../support/sandbox-fleet.ts'
import {createVirtualClock} from '../support/virtual-clock.ts'

const start = new Date('2026-11-24T20:00:00Z')
const hourMs = 3_600_000
const restart = ['restart', image, '--all-contexts', '--yes'] as const

/** Shells on several machines, whose clocks are off by so many milliseconds, and one cluster for all of them. */
async function machines(...offsetsMs: readonly number[]) {
  const sandbox = await startSandbox(
    {clusters: [{name: 'eu', workloads: runningWeb('web')}]},
    {clock: createVirtualClock({autoAdvance: true, start}), random: () => 0.5},
  )
  onTestFinished(() => sandbox.close())
  const shells = offsetsMs.map(async (offset) => {
    const clock = createVirtualClock({autoAdvance: true, start: new Date(start.getTime() + offset)})
    const shell = await openShell({kubeconfig: sandbox.kubeconfig, clock})
    onTestFinished(() => shell[Symbol.asyncDispose]())
    return shell
  })
  const revision = () => {
    const [web] = sandbox
      .cluster('eu')
      .objects('Deployment')
      .filter(({metadata}) => metadata.name === 'web')
    return Number(web?.metadata.annotations?.['deployment.kubernetes.io/revision'])
  }
  return {sandbox, shells: await Promise.all(shells), revision}
}

test.each([
  {off: 'ahead', offsets: [hourMs, 0]},
  {off: 'behind', offsets: [0, -hourMs]},
])(
  'where the other one is $off, a machine restarts what the other one has restarted a moment before',
  async ({offsets}) => {
    const {sandbox, shells, revision} = await machines(...offsets)
    for (const [index, shell] of shells.entries()) {
      const {stdout, exitCode} = await shell.run(...restart)
      expect(stdout).toMatch(/Total 1 {2}Succeeded 1 {2}Failed 0/)
      expect(exitCode).toBe(0)
      expect(revision()).toBe(index + 2)
    }
    expect(restartedIn(sandbox)).toEqual(['eu/shop/Deployment/web'])
  },
)

test('a run that goes on leaves alone what was restarted since, also by a clock that is ahead', async () => {
  const {shells, revision} = await machines(0, hourMs)
  const [ours, other] = shells
  await ours?.run(...restart, '--run-id', '20261124-200000-0a1b')
  await other?.run(...restart)
  expect(revision()).toBe(3)
  const again = await ours?.run(...restart, '--run-id', '20261124-200000-0a1b')
  expect(again?.stdout).toContain('restarted since')
  expect(again?.exitCode).toBe(0)
  expect(revision()).toBe(3)
})
