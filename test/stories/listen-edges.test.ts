import {rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {digestOf, restartWeb, whileListening, withSecret} from '../support/listening.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import {mountSmallDisk} from '../support/small-disk.ts'

const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('web')}
const us: ClusterSpec = {name: 'us', workloads: runningWeb('web')}
/** A rollout of several seconds. */
const slow: ClusterSpec = {...eu, rolloutStepMs: 20_000}
const pushed = (tag: string, content: string) => `${image}:${tag}@${digestOf(content)}`

const all = ['eu/shop/Deployment/web', 'us/shop/Deployment/web']

describe('a second event while a run of the repository is in progress', () => {
  test('waits; of several the newest wins, and the older ones are reported as superseded', async () => {
    await using fleet = await openFleet([slow], withSecret)
    const ended = await whileListening(fleet, async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      await says('by rule web: ')
      for (const digest of ['b', 'c', 'd']) expect(await push(pushed('1.0', digest))).toBe('202 1 event accepted.')
      expect(ended0().split('by rule web: ')).toHaveLength(2)
      await says('ended (ok)', 2)
    })
    function ended0() {
      return fleet.shell.everythingPrinted()
    }
    expect(ended.stderr).toContain('2 older events are superseded')
    expect(ended.report().service).toMatchObject({events: {accepted: 4}, runs: {ok: 2}, eventsWaiting: 0})
  })

  test('of another tag loses nothing: both tags are restarted', async () => {
    const workloads = ['1.0', '2.0'].map((tag) => ({namespace: 'shop', name: `v${tag[0]}`, image: `${image}:${tag}`}))
    await using fleet = await openFleet([{name: 'eu', workloads, rolloutStepMs: 20_000}], withSecret)
    await whileListening(fleet, async ({push, says}) => {
      await push(pushed('3.0', 'x'))
      await says('by rule web: ')
      await push(pushed('1.0', 'a'))
      await push(pushed('2.0', 'b'))
      await says('ended (ok)')
    })
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/v1', 'eu/shop/Deployment/v2'])
  })
})

describe('SIGTERM', () => {
  test('in a run ends what is written; the next start continues the same run, and nothing is restarted twice', async () => {
    await using fleet = await openFleet([slow, us], withSecret)
    const first = await whileListening(fleet, async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      await says('by rule web: ')
      while (fleet.restarted().length < 2) await new Promise(setImmediate)
    })
    expect(first.report().service).toMatchObject({runs: {}, runsUnfinished: 1})
    const second = await whileListening(fleet, ({says}) => says('ended (ok)'))
    expect(second.report().service).toMatchObject({runs: {ok: 1}, runsUnfinished: 0})
    expect(fleet.stamps()).toHaveLength(1)
    expect(fleet.writes()).toHaveLength(2)
  })

  test('with events in the queue keeps them for the next start', async () => {
    await using fleet = await openFleet([slow], withSecret)
    const first = await whileListening(fleet, async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      await says('by rule web: ')
      await push(pushed('1.0', 'b'))
    })
    expect(first.report().service).toMatchObject({eventsWaiting: 1, runsUnfinished: 1})
    expect(first.report().verdict.sentence).toContain('1 event and 1 run are left in the journal for the next start.')
    const second = await whileListening(fleet, ({says}) => says('ended (ok)', 2))
    expect(second.report().service).toMatchObject({runs: {ok: 2}, eventsWaiting: 0, runsUnfinished: 0})
  })
})

describe('a cluster that is down when the event arrives', () => {
  test('does not stop the others; the run is tried again until it answers', async () => {
    await using fleet = await openFleet([eu, us], withSecret)
    await fleet.cluster('us').stop()
    const ended = await whileListening(fleet, async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      await says('Tried again in')
      expect(fleet.restarted()).toEqual([all[0]])
      await fleet.cluster('us').start()
      await says('ended (ok)')
    })
    expect(fleet.restarted()).toEqual(all)
    expect(fleet.stamps()).toHaveLength(1)
    expect(fleet.writes()).toHaveLength(2)
    expect(ended.report().service).toMatchObject({runsUnfinished: 0})
  })

  test('is reported when the time of the rule is over', async () => {
    await using fleet = await openFleet([eu, us], withSecret)
    await fleet.cluster('us').stop()
    const rules = restartWeb.replace('coalesce: 0s', 'coalesce: 0s, retryFor: 1m')
    const ended = await whileListening(
      fleet,
      async ({push, says}) => {
        await push(pushed('1.0', 'a'))
        await says('ended (context-not-read)', 4)
      },
      {rules},
    )
    expect(ended.report().service).toMatchObject({runs: {'context-not-read': 4}, runsUnfinished: 0})
  })
})

describe('a protected cluster', () => {
  const config = {...withSecret, config: 'protectedContexts: [us]\n'}
  const rules = (more: string) => restartWeb.replace('coalesce: 0s', `coalesce: 0s${more}`)

  test('without confirm in the rule: nothing is written, and --check says so', async () => {
    await using fleet = await openFleet([eu, us], config)
    const path = join(fleet.shell.home, 'rules.yaml')
    await writeFile(path, rules(''))
    const checked = await fleet.shell.run('listen', '--rules', path, '--check')
    expect(checked.stdout).toContain('The context "us" is protected and "confirm" does not name it')
    expect(checked.exitCode).toBe(2)
    await whileListening(fleet, async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      await says('ended (usage)')
    })
    expect(fleet.writes()).toEqual([])
  })

  test('with confirm and a reason in the rule is written', async () => {
    await using fleet = await openFleet([eu, us], config)
    const confirmed = rules(', confirm: [us], reason: "pushed by CI"')
    await whileListening(
      fleet,
      async ({push, says}) => {
        await push(pushed('1.0', 'a'))
        await says('ended (ok)')
      },
      {rules: confirmed},
    )
    expect(fleet.restarted()).toEqual(all)
  })
})

describe('the rules', () => {
  test('that are invalid at SIGHUP change nothing; valid ones are used from then on', async () => {
    await using fleet = await openFleet([eu], withSecret)
    const path = join(fleet.shell.home, 'rules.yaml')
    await whileListening(fleet, async ({push, says, signal}) => {
      await writeFile(path, `${restartWeb}\n  - {name: web}\n`)
      signal('SIGHUP')
      await says('the rules stay as they were: ')
      expect(await push(pushed('1.0', 'a'))).toBe('202 1 event accepted.')
      await says('ended (ok)')
      await writeFile(path, restartWeb.replace('acme/web', 'acme/api'))
      signal('SIGHUP')
      await says('the rules were read again')
      expect(await push(pushed('1.0', 'b'))).toContain('No rule is about')
    })
    expect(fleet.shell.everythingPrinted()).toContain('line 7, column 5')
  })

  test.each([
    {
      what: 'a secret file that is not there',
      source: 'secretFile: /nonexistent/secret',
      says: 'There is no secret file "/nonexistent/secret" of the source "ci" in "RULES" (line 3).',
    },
    {
      what: 'a variable that is not set',
      source: 'secretEnv: NOT_SET',
      says: 'The source "ci" in "RULES" (line 3) has its secret in the variable NOT_SET, which is not set.',
    },
    {what: 'no secret', source: 'perMinute: 5', says: 'The source "ci" in "RULES" (line 3) has no secret'},
  ])('refuses to start with $what, naming the line', async ({source, says}) => {
    await using fleet = await openFleet([eu], withSecret)
    const path = join(fleet.shell.home, 'rules.yaml')
    await writeFile(path, restartWeb.replace('secretEnv: CI_SECRET', source))
    const ended = await fleet.shell.run('listen', '--rules', path, '--address', '127.0.0.1:0')
    expect(ended.stderr).toContain(says.replace('RULES', path))
    expect(ended.exitCode).toBe(2)
  })
})

test('a freeze file stops new runs while events are accepted; without it they start', async () => {
  await using fleet = await openFleet([eu], withSecret)
  const freeze = join(fleet.shell.home, 'freeze')
  await writeFile(freeze, '')
  await whileListening(
    fleet,
    async ({push, says}) => {
      expect(await push(pushed('1.0', 'a'))).toBe('202 1 event accepted.')
      await says('no run starts: the freeze file')
      expect(fleet.writes()).toEqual([])
      await rm(freeze)
      await says('ended (ok)')
    },
    {words: ['--freeze-file', freeze]},
  )
  expect(fleet.restarted()).toEqual([all[0]])
})

test('--dry-run client plans and writes nothing', async () => {
  await using fleet = await openFleet([eu], withSecret)
  await whileListening(
    fleet,
    async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      await says('ended (ok)')
    },
    {words: ['--dry-run', 'client']},
  )
  expect(fleet.writes()).toEqual([])
})

const disk = await mountSmallDisk()
afterAll(() => disk?.[Symbol.asyncDispose]())

test.skipIf(disk === undefined)(
  'a journal on a full disk: 503 and not ready; with room again the event is accepted',
  async () => {
    await using fleet = await openFleet([eu], withSecret)
    const words = ['--journal', join(disk?.folder ?? '', 'listen')]
    await whileListening(
      fleet,
      async ({push, says, get}) => {
        const makeRoom = disk?.fill(0)
        for (let count = 0; count < 40; count++) {
          const answer = await push(pushed(`1.0-${count}`, 'a'))
          if (answer.startsWith('503')) break
        }
        expect(await push(pushed('1.0', 'a'))).toBe('503 The journal cannot be written now. Send it again later.')
        expect(await get('/readyz')).toBe('503 The journal cannot be written: the disk is full (ENOSPC).')
        makeRoom?.()
        await says('runs may start again')
        expect(await get('/readyz')).toBe('200 ok')
        expect(await push(pushed('1.0', 'a'))).toBe('202 1 event accepted.')
      },
      {words, rules: restartWeb.replace('coalesce: 0s', 'coalesce: 10m')},
    )
  },
)

test.skipIf(disk === undefined)('SIGTERM ends a listener whose disk is full', async () => {
  await using fleet = await openFleet([eu], withSecret)
  disk?.clear()
  let makeRoom: (() => void) | undefined
  const ended = await whileListening(
    fleet,
    async ({push, says}) => {
      await push(pushed('1.0', 'a'))
      makeRoom = disk?.fill(0)
      while ((await push(pushed(`1.0-${Math.random()}`, 'a'))).startsWith('202'));
      await says('no run starts: the disk is full')
    },
    {
      words: ['--journal', join(disk?.folder ?? '', 'full')],
      rules: restartWeb.replace('coalesce: 0s', 'coalesce: 10m'),
    },
  )
  makeRoom?.()
  expect(ended.exitCode).toBe(143)
})

test('of two replicas one acts; the other is not ready, and takes over when the first one ends', async () => {
  await using fleet = await openFleet([eu], withSecret)
  await fleet.shell.run('cache', 'refresh', '--all-contexts', '-y')
  const journal = (name: string) => ['--lease', 'eu', '--journal', join(fleet.shell.home, name)]
  await whileListening(
    fleet,
    async ({push, says, get}) => {
      await push(pushed('1.0', 'a'))
      await says('ended (ok)')
      expect(await get('/readyz')).toBe('200 ok')
    },
    {words: journal('one')},
  )
  expect(fleet.restarted()).toEqual([all[0]])
})
