import {join} from 'node:path'
import {Config, type Interfaces, Parser} from '@oclif/core'
import {describe, expect, test} from 'vitest'
import {openShell} from './support/run-command.ts'
import {createVirtualClock} from './support/virtual-clock.ts'

const root = join(import.meta.dirname, '..')
const config = await Config.load({root, ignoreManifest: true})
const own = config.commands.filter(({pluginName}) => pluginName === 'hubspoke')
const commands = await Promise.all(own.map(async (command) => ({id: command.id, flags: (await command.load()).flags})))

type Flag = Interfaces.FlagInput[string]

/** What one flag makes of one text, or undefined when it refuses it. */
async function takenFor(name: string, flag: Flag, text: string): Promise<unknown> {
  const alone = {...flag, dependsOn: [], exclusive: [], relationships: []}
  try {
    const {flags} = await Parser.parse([`--${name}=${text}`], {flags: {[name]: alone}})
    return flags[name]
  } catch {
    return undefined
  }
}

/** A flag takes numbers when it takes one of these, and does not take any text. */
async function takesNumbers(name: string, flag: Flag): Promise<boolean> {
  if (flag.type !== 'option') return false
  const words = await Promise.all(['no number', 'number'].map((text) => takenFor(name, flag, text)))
  if (words.some((value) => value !== undefined)) return false
  const taken = await Promise.all(['7', '7s', '7%', '100%'].map((text) => takenFor(name, flag, text)))
  return taken.some((value) => value !== undefined)
}

const texts = [
  ...['0', '1', '0s', '1s', '1.5s', '0%', '100%', '24h', '168h'],
  ...['-1', '-1s', '-1%', '+1', '+1s', '1.5', '1.5%', '1e3', '1e3s', '9e99', '9e99s', '9e99h', '101%', '1e3%'],
  ...['169h', '87601h', '2147483648', '9007199254740993', '99999999999999999999', '99999999999999999999h'],
  ...[
    'NaN',
    'NaNs',
    'Infinity',
    'Infinityh',
    '',
    ' ',
    '1 s',
    '1d',
    '0x10',
    '0x10s',
    '1_000',
    '1,000s',
    '٣',
    '٣s',
    '1s1',
  ],
]

const count = ['0', '1']
const duration = ['0', '0s', '1s', '1.5s', '24h', '1d', '168h']
const atLeastASecond = ['1s', '1.5s', '24h', '1d', '168h']

/** What each flag takes of these texts; all others are wrong usage. */
const taken: Readonly<Record<string, readonly string[]>> = {
  backoff: duration,
  'backoff-factor': ['1'],
  'backoff-max': duration,
  concurrency: ['1'],
  'concurrency-per-cluster': ['1'],
  deadline: atLeastASecond,
  fresh: [...duration, '169h'],
  keep: count,
  'lock-wait': duration,
  'max-failures': [...count, '0%', '100%'],
  'older-than': [...duration, '169h'],
  pause: ['0', '0s', '1s', '1.5s', '24h', '1d'],
  'max-runs': ['1'],
  retries: count,
  'small-cluster': count,
  stagger: duration,
  timeout: atLeastASecond,
  'to-revision': ['1'],
  waves: ['100%'],
}

const numeric = await Promise.all(
  commands.flatMap(({id, flags}) =>
    Object.entries(flags).map(async ([name, flag]) => ({id, name, flag, isNumeric: await takesNumbers(name, flag)})),
  ),
)

describe.each(numeric.filter(({isNumeric}) => isNumeric))('$id --$name', ({name, flag}) => {
  test.each(texts)('%j is taken or refused as it should be, and never as anything else', async (text) => {
    const value = await takenFor(name, flag, text)
    expect(value !== undefined, 'a new flag says in the table above what it takes').toBe(
      taken[name]?.includes(text) ?? false,
    )
    if (typeof value === 'number') expect(value).toSatisfy((number: number) => number >= 0 && number <= 315_360_000_000)
  })
})

test('the table is about flags that there are', () => {
  const names = new Set(numeric.filter(({isNumeric}) => isNumeric).map(({name}) => name))
  expect([...names].sort()).toEqual(Object.keys(taken).sort())
})

const ofRestart = numeric.filter(({id, name, isNumeric}) => id === 'restart' && isNumeric && name !== 'small-cluster')

describe.each(['command line', 'environment', 'config file'])('from the %s', (source) => {
  test.each(ofRestart)('--$name is checked before any cluster is reached', async ({name}) => {
    const bad = '9e99h'
    await using shell = await openShell({
      kubeconfig: '',
      clock: createVirtualClock(),
      ...(source === 'environment' && {env: {[`HUBSPOKE_${name.toUpperCase().replaceAll('-', '_')}`]: bad}}),
      ...(source === 'config file' && {config: `defaults:\n  ${name}: ${bad}\n`}),
    })
    const words = source === 'command line' ? [`--${name}=${bad}`] : []
    const {exitCode, stdout, stderr} = await shell.run('restart', 'nginx', '--all-contexts', '--yes', ...words)
    expect({exitCode, stdout}).toEqual({exitCode: 2, stdout: ''})
    expect(stderr).toContain(bad)
  })
})
