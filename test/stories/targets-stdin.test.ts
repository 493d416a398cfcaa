import {expect, test} from 'vitest'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const eu = [{name: 'eu', workloads: runningWeb('cart', 'web')}]
const both = ['eu/shop/Deployment/cart', 'eu/shop/Deployment/web']

/** The pipe of `hubspoke find … | hubspoke restart … --targets -`. */
async function openPipe(options: Parameters<typeof openFleet>[1] = {}) {
  let piped: string | undefined
  const fleet: Fleet = await openFleet(eu, {...options, stdin: () => piped})
  return {
    fleet,
    async fill(format: string) {
      piped = (await fleet.shell.run('find', image, '-o', format)).stdout
    },
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  }
}

test.each(['json', 'yaml', 'name'])(
  'stdin with -o %s: the question is asked on the terminal, and y restarts',
  async (format) => {
    await using pipe = await openPipe({answers: ['y']})
    await pipe.fill(format)
    const ended = await pipe.fleet.shell.run('restart', image, '--targets', '-')
    expect(ended.stderr).toContain('Restart 2 workloads in 1 cluster? [y/N]')
    expect(ended.stderr).toContain(`runs ${image}, among the targets of stdin`)
    expect(ended.stderr).toContain('the targets are those of stdin')
    expect(pipe.fleet.restarted()).toEqual(both)
    expect(ended.exitCode).toBe(0)
  },
)

test('stdin, and No at the terminal: 7, nothing written', async () => {
  await using pipe = await openPipe({answers: ['n']})
  await pipe.fill('json')
  expect((await pipe.fleet.shell.run('restart', image, '--targets', '-')).exitCode).toBe(7)
  expect(pipe.fleet.writes()).toEqual([])
})

test('stdin without a terminal: 2 without --yes and before a cluster is asked, and with --yes it restarts', async () => {
  await using pipe = await openPipe()
  await pipe.fill('json')
  const before = pipe.fleet.cluster('eu').requests().length
  const refused = await pipe.fleet.shell.run('restart', image, '--targets', '-')
  expect(refused.stderr).toContain('There is no terminal to ask on, and --yes was not given.')
  expect(refused.exitCode).toBe(2)
  expect(pipe.fleet.cluster('eu').requests()).toHaveLength(before)
  expect((await pipe.fleet.shell.run('restart', image, '--targets', '-', '-y')).exitCode).toBe(0)
  expect(pipe.fleet.restarted()).toEqual(both)
})

test('stdin that is a terminal is refused, not waited for', async () => {
  await using fleet = await openFleet(eu, {answers: ['y']})
  const ended = await fleet.shell.run('restart', image, '--targets', '-')
  expect(ended.stderr).toContain('--targets - reads stdin, and stdin is a terminal.')
  expect(ended.exitCode).toBe(2)
})

test('a run whose targets came from stdin can be retried, and is not said to be repeatable', async () => {
  const refusing = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
  let piped: string | undefined
  await using fleet = await openFleet([{...eu[0], name: 'eu', trouble: [refusing]}], {stdin: () => piped})
  piped = (await fleet.shell.run('find', image, '-o', 'json')).stdout
  expect((await fleet.shell.run('restart', image, '--targets', '-', '-y')).exitCode).toBe(1)
  const {stdout} = await fleet.shell.run('runs', 'show', 'last')
  expect(stdout).toContain('hubspoke runs retry')
  expect(stdout).not.toContain('--targets -')
  expect((await fleet.shell.run('runs', 'retry', 'last', '-y')).exitCode).toBe(0)
  expect(fleet.restarted()).toEqual(both)
})

test('HUBSPOKE_TARGETS names the file, too, and the config file may not', async () => {
  await using pipe = await openPipe({env: {HUBSPOKE_TARGETS: '-', HUBSPOKE_YES: 'true'}})
  await pipe.fill('name')
  expect((await pipe.fleet.shell.run('restart', image)).exitCode).toBe(0)
  expect(pipe.fleet.restarted()).toEqual(both)
  await using configured = await openFleet(eu, {config: 'defaults:\n  targets: x.json\n'})
  const refused = await configured.shell.run('restart', image, '-c', 'eu', '-y')
  expect(refused.stderr).toContain('cannot be a default: they are those of one run')
})
