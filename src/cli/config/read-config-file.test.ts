import {execFile} from 'node:child_process'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {readConfigFile} from './read-config-file.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'hubspoke-config-'))
})
afterEach(() => rm(home, {recursive: true}))

const machine = () => ({
  env: {},
  homeDir: home,
  systemConfigPath: join(home, 'etc', 'config.yaml'),
  clock: createVirtualClock({autoAdvance: true}),
})

async function write(folder: string, text: string) {
  await mkdir(join(home, folder, 'hubspoke'), {recursive: true})
  const path = join(home, folder, 'hubspoke', 'config.yaml')
  await writeFile(path, text)
  return path
}

const protects = (name: string) => `protectedContexts: [${name}]\n`

test('it is below ~/.config, or in XDG_CONFIG_HOME, or the file that HUBSPOKE_CONFIG names', async () => {
  await write('.config', protects('home'))
  await write('xdg', protects('xdg'))
  const named = await write('named', protects('named'))
  const read = async (env: Readonly<Record<string, string>>) =>
    (await readConfigFile({...machine(), env})).protections.map(({pattern}) => pattern)
  expect(await read({})).toEqual(['home'])
  expect(await read({XDG_CONFIG_HOME: join(home, 'xdg')})).toEqual(['xdg'])
  expect(await read({XDG_CONFIG_HOME: join(home, 'xdg'), HUBSPOKE_CONFIG: named})).toEqual(['named'])
  expect(await read({HUBSPOKE_CONFIG: ''})).toEqual(['home'])
})

test('a missing file counts as empty', async () => {
  const {exists, protections, groups, defaults} = await readConfigFile(machine())
  expect({exists, protections, groups: groups.size, defaults: defaults.size}).toEqual({
    exists: false,
    protections: [],
    groups: 0,
    defaults: 0,
  })
})

test('a file that was named and is missing is wrong configuration', async () => {
  const path = join(home, 'none.yaml')
  await expect(readConfigFile({...machine(), env: {HUBSPOKE_CONFIG: path}})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `The config file ${path} of HUBSPOKE_CONFIG does not exist.`,
  })
})

test('a folder with its name is wrong configuration', async () => {
  await expect(readConfigFile({...machine(), env: {HUBSPOKE_CONFIG: home}})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `Cannot read the config file ${home} (EISDIR).`,
  })
})

test.each(['x'.repeat(10 * 1024 * 1024), undefined])('at most 1 MiB is read, also from a device', async (text) => {
  const path = text === undefined ? '/dev/zero' : await write('.config', text)
  await expect(readConfigFile({...machine(), env: {HUBSPOKE_CONFIG: path}})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `The config file ${path} is larger than 1 MiB.`,
  })
})

test('the system-wide file protects whatever file the user names', async () => {
  const {systemConfigPath} = machine()
  await mkdir(join(home, 'etc'))
  await writeFile(systemConfigPath, protects('all'))
  await write('.config', protects('mine'))
  const read = async (env: Readonly<Record<string, string>>) =>
    (await readConfigFile({...machine(), env})).protections.map(({pattern}) => pattern)
  expect(await read({})).toEqual(['all', 'mine'])
  expect(await read({HUBSPOKE_CONFIG: '/dev/null'})).toEqual(['all'])
  expect(await read({XDG_CONFIG_HOME: join(home, 'nowhere')})).toEqual(['all'])
  expect((await readConfigFile({...machine(), homeDir: '/nowhere'})).protections).toHaveLength(1)
  await writeFile(systemConfigPath, 'protect: [all]')
  await expect(read({})).rejects.toMatchObject({failureClass: 'usage', message: expect.stringContaining('"protect"')})
  await rm(systemConfigPath)
  await mkdir(systemConfigPath)
  await expect(read({})).rejects.toMatchObject({failureClass: 'usage', message: expect.stringContaining('(EISDIR)')})
})

test.each([true, false])(
  'config.yml is an error, because it is not read; config.yaml beside it: %s',
  async (beside) => {
    const path = await write('.config', protects('mine'))
    if (!beside) await rm(path)
    const other = path.replace('.yaml', '.yml')
    await writeFile(other, protects('mine'))
    await expect(readConfigFile(machine())).rejects.toMatchObject({
      failureClass: 'usage',
      message: `The config file is called ${path}: ${other} is not read.`,
      suggestions: [`mv ${other} ${path}`],
    })
    const named = await readConfigFile({...machine(), env: {HUBSPOKE_CONFIG: other}})
    expect(named.protections).toHaveLength(1)
  },
)

test('a pipe without data does not count as an empty config file: its protections would be lost', async () => {
  const path = join(home, 'pipe')
  await promisify(execFile)('mkfifo', [path])
  await expect(readConfigFile({...machine(), env: {HUBSPOKE_CONFIG: path}})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `The config file ${path} is a pipe that received no data.`,
  })
})
