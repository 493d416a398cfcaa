import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {type Command, Config} from '@oclif/core'
import {describe, expect, test} from 'vitest'
import HubspokeHelp from '../../src/cli/help.ts'
import {expectGolden, goldenFolder} from '../support/golden.ts'

const root = join(import.meta.dirname, '..', '..')
// Not from the manifest, which may be older than the commands: that it is not is a test below.
const config = await Config.load({root, ignoreManifest: true})
const commands = config.commands.filter(({pluginName}) => pluginName === 'hubspoke').toSorted(byId)
const typed = (id: string) => id.replaceAll(':', ' ')
const topics = config.topics
  .filter(({name}) => commands.some(({id}) => id.startsWith(`${name}:`)))
  .map(({name}) => name)

function byId(a: Command.Loadable, b: Command.Loadable): number {
  return a.id < b.id ? -1 : 1
}

/** What `--help` prints on a terminal of 80 columns, without what differs between machines. */
async function helpOf(words: readonly string[]): Promise<string> {
  const lines: string[] = []
  class RecordedHelp extends HubspokeHelp {
    protected override log(...args: string[]): void {
      lines.push(args.join(' '))
    }
  }
  await new RecordedHelp(config, {maxWidth: 80, stripAnsi: true}).showHelp([...words])
  return `${lines.join('\n').replaceAll(config.userAgent, 'hubspoke/VERSION').trimEnd()}\n`
}

const fileOf = (words: readonly string[]) => `help/${words.join('-') || 'hubspoke'}.txt`
const helped = [[], ...topics.map((name) => [name]), ...commands.map(({id}) => id.split(':'))]

describe('help', () => {
  test.each(helped.map((words) => ({words})))('of $words is as it was', async ({words}) => {
    expectGolden(fileOf(words), await helpOf(words))
  })

  test.each(commands.map(({id}) => ({words: id.split(':')})))('of $words can be pasted, and fits', async ({words}) => {
    const lines = (await helpOf(words)).split('\n')
    const shown = lines.filter((line) => line.startsWith('    $ '))
    const {examples = []} = commands.find(({id}) => typed(id) === words.join(' ')) ?? {}
    const typedOut = examples.map((one) => (typeof one === 'string' ? one : one.command))
    expect(shown).toEqual(
      typedOut.map(
        (command) =>
          `    $ ${command.replace('<%= config.bin %>', 'hubspoke').replace('<%= command.id %>', words.join(' '))}`,
      ),
    )
    expect(lines.filter((line) => line.length > 80 && !shown.includes(line))).toEqual([])
  })

  test('has no golden file of a command that is gone', () => {
    const files = readdirSync(join(goldenFolder, 'help')).map((name) => `help/${name}`)
    expect(files.sort()).toEqual(helped.map(fileOf).sort())
  })
})

test('commands, flags, their environment variables, options and defaults are as they were', () => {
  const contract = Object.fromEntries(
    commands.map(({id, args, flags}) => [
      typed(id),
      {
        args: Object.fromEntries(Object.entries(args).map(([name, {required = false}]) => [name, {required}])),
        flags: Object.fromEntries(
          Object.entries(flags)
            .toSorted()
            .map(([name, flag]) => [name, contractOf(flag)]),
        ),
      },
    ]),
  )
  expectGolden('commands.json', `${JSON.stringify(contract, undefined, 2)}\n`)
})

test('the manifest, from which the program learns its commands, is that of these commands', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
  const parts = ({summary, description, examples, args, flags}: Command.Cached) => {
    return {summary, description, examples, args, flags}
  }
  const expected = Object.fromEntries(commands.map((command) => [typed(command.id), parts(command)]))
  const found = Object.fromEntries(
    Object.entries<Command.Cached>(manifest.commands).map(([id, one]) => [typed(id), parts(one)]),
  )
  expect(found, '"npm run manifest" renews it').toEqual(JSON.parse(JSON.stringify(expected)))
})

function contractOf(flag: Command.Flag.Cached) {
  const {char, env, type} = flag
  const of = {char, env, type}
  if (flag.type === 'boolean') return {...of, ...(flag.allowNo && {allowNo: true})}
  const {options, multiple, default: preset} = flag
  return {...of, options, ...(multiple && {multiple}), default: preset}
}

/** Flags that no environment variable may set, each with the reason. */
const onlyTyped: Readonly<Record<string, string>> = {
  yes: 'consent is given on the command line; HUBSPOKE_YES counts only without a terminal',
  confirm: 'consent for a protected cluster is given for one run',
  'allow-repository-change': 'a forgotten variable must not allow another repository',
  'confirm-zero': 'consent to scaling to 0 is given for one run',
  'repeat-started': 'a forgotten variable must not run a command twice',
  shell: 'a forgotten variable must not change what is run',
  check: 'it is another command in all but name',
  'insecure-no-auth': 'a forgotten variable must not open a service to everyone',
  'only-newer': 'a forgotten variable must not leave workloads at an old version',
  demo: 'it is another command in all but name',
  record: 'it is another command in all but name',
  'service-account': 'a forgotten variable must not grant rights',
  user: 'a forgotten variable must not grant rights',
  run: 'a forgotten variable must not choose what is undone',
  'to-revision': 'a forgotten variable must not choose what is undone',
  namespaced: 'a forgotten variable must not change what is granted',
  essential: 'a forgotten variable must not change what is granted',
  name: 'it names the objects of one invocation',
}

const notTaken: Readonly<Record<string, string>> = {
  'rbac group': 'a forgotten variable must not grant rights',
  'check namespace': 'a Role is of one namespace, and the variable may hold patterns for other commands',
  'rbac namespace': 'a Role is of one namespace, and the variable may hold patterns for other commands',
}

describe.each(commands.map((command) => ({id: typed(command.id), command})))('$id', ({command}) => {
  test('every flag has its environment variable, or a reason to have none', () => {
    for (const [name, {env}] of Object.entries(command.flags)) {
      if (name in onlyTyped || `${typed(command.id)} ${name}` in notTaken) expect(env, name).toBeUndefined()
      else expect(env, name).toBe(`HUBSPOKE_${name.toUpperCase().replaceAll('-', '_')}`)
    }
  })

  test('every flag and argument is explained in a sentence', () => {
    for (const [name, {summary}] of Object.entries(command.flags)) expect(summary, name).toMatch(/^[A-Z].*\.$/)
    for (const [name, {description}] of Object.entries(command.args)) expect(description, name).toMatch(/^[A-Z].*\.$/)
  })

  test('it has a summary, an example, and a description that breaks lines between paragraphs only', () => {
    expect(command.summary).toMatch(/^[A-Z].*\.$/)
    expect(command.examples?.length).toBeGreaterThan(0)
    expect(command.description?.replaceAll('\n\n', '')).toMatch(/^[^\n]+\.$/)
  })
})

test('no argument is taken from stdin: it may be a line of a surrounding loop', async () => {
  const taken: string[] = []
  for (const command of commands) {
    const {args = {}} = await command.load()
    for (const [name, arg] of Object.entries(args)) {
      if (!arg.multiple && !arg.ignoreStdin) taken.push(`${typed(command.id)} ${name}`)
    }
  }
  expect(taken).toEqual([])
})

test('the reasons to have no environment variable are about flags that there are', () => {
  const flags = commands.flatMap(({flags}) => Object.keys(flags))
  expect(Object.keys(onlyTyped).filter((name) => !flags.includes(name))).toEqual([])
})
