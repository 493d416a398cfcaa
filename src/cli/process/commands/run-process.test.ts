import {expect, test} from 'vitest'
import {createVirtualClock} from '../../../../test/support/virtual-clock.ts'
import {createProcessGroups} from './process-groups.ts'
import {graceMs, runProcess} from './run-process.ts'

/** A script as a command: what it has printed, and how it is ended. */
function start(script: string, {timeoutMs}: {readonly timeoutMs?: number} = {}) {
  const clock = createVirtualClock()
  const [stop, abort, groups] = [new AbortController(), new AbortController(), createProcessGroups()]
  const printed = {stdout: '', stderr: ''}
  const said = Promise.withResolvers<void>()
  const add = (stream: keyof typeof printed) => async (chunk: Buffer) => {
    printed[stream] += chunk
    if (printed.stdout.includes('ready')) said.resolve()
  }
  const end = runProcess(
    {
      ...{words: [process.execPath, '-e', script], timeoutMs, env: {PATH: process.env.PATH}},
      ...{onStdout: add('stdout'), onStderr: add('stderr')},
    },
    {clock, groups, stop: stop.signal, abort: abort.signal},
  ).finally(groups.close)
  return {clock, stop, abort, end, printed, ready: said.promise}
}

const forever = 'setInterval(() => {}, 1000); console.log("ready")'
const deaf = `process.on('SIGTERM', () => console.log('not now')); ${forever}`

test.each([
  {script: 'process.exit(0)', end: {type: 'exited', status: 0}},
  {script: 'process.exit(7)', end: {type: 'exited', status: 7}},
  {script: 'process.kill(process.pid, "SIGINT")', end: {type: 'killed', signal: 'SIGINT'}},
])('$script', async ({script, end}) => {
  expect(await start(script).end).toEqual(end)
})

test('both streams are read to their ends, and there is no input', async () => {
  const {end, printed} = start(
    'process.stdin.on("end", () => console.error("no input")).resume(); console.log("x".repeat(300_000))',
  )
  expect(await end).toEqual({type: 'exited', status: 0})
  expect(printed.stdout).toHaveLength(300_001)
  expect(printed.stderr).toBe('no input\n')
})

test.each(['', 'no/such/program', import.meta.filename])('%j cannot be started', async (program) => {
  const nothing = async () => undefined
  const run = {words: [program] as const, timeoutMs: undefined, env: {}, onStdout: nothing, onStderr: nothing}
  const {signal} = new AbortController()
  const groups = createProcessGroups()
  const starting = runProcess(run, {clock: createVirtualClock(), groups, stop: signal, abort: signal})
  await expect(starting).rejects.toMatchObject({failureClass: 'command-failed', observed: true})
  groups.close()
})

test('a stop ends it with SIGTERM', async () => {
  const {end, stop, ready} = start(forever)
  await ready
  stop.abort()
  expect(await end).toEqual({type: 'stopped'})
})

test('one that ignores SIGTERM gets SIGKILL after the grace period', async () => {
  const {clock, end, stop, ready, printed} = start(deaf)
  await ready
  stop.abort()
  while (!printed.stdout.includes('not now')) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(graceMs)
  expect(await end).toEqual({type: 'stopped'})
})

test('an abort ends it at once, whatever it ignores', async () => {
  const {end, abort, ready} = start(deaf)
  await ready
  abort.abort()
  expect(await end).toEqual({type: 'stopped'})
})

test('its time limit counts from its start', async () => {
  const {clock, end, ready} = start(forever, {timeoutMs: 60_000})
  await ready
  await clock.advance(60_000)
  expect(await end).toEqual({type: 'timeout'})
})

test('what it has started itself ends with it', async () => {
  const grandchild = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(deaf)}], {stdio: 'inherit'})`
  const {clock, end, stop, ready, printed} = start(`${grandchild}; process.on('SIGTERM', () => process.exit(0))`)
  await ready
  stop.abort()
  expect(await end).toEqual({type: 'stopped'})
  expect(printed.stdout).toContain('ready')
  expect(clock.sleepers).toBe(0)
})

test('what it leaves behind may print a little longer, and is ended then', async () => {
  const child = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(forever)}], {stdio: 'inherit'})`
  const {clock, end, ready} = start(`${child}.unref(); setTimeout(() => process.exit(0), 200)`)
  await ready
  await clock.advance(0)
  while (clock.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
  await clock.advance(2_000)
  expect(await end).toEqual({type: 'exited', status: 0})
})
