import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {readConfigFile} from './config-file.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'hubspoke-config-'))
})
afterEach(() => rm(home, {recursive: true}))

async function read(text: string, folder = join(home, '.config')) {
  await mkdir(join(folder, 'hubspoke'), {recursive: true})
  await writeFile(join(folder, 'hubspoke', 'config.yaml'), text)
  return readConfigFile({env: {XDG_CONFIG_HOME: folder}, homeDir: home})
}

test('a missing file is an empty one', async () => {
  expect(await readConfigFile({env: {}, homeDir: home})).toEqual({protectedContexts: []})
})

test('protected contexts are globs', async () => {
  expect(await read('protectedContexts: ["prod-*", main]\n')).toEqual({protectedContexts: ['prod-*', 'main']})
})

test('an empty file says nothing', async () => {
  expect(await read('# nothing yet\n')).toEqual({protectedContexts: []})
})

test.each([
  {text: 'protectedContexts: [', says: 'is not YAML', because: 'it is broken'},
  {text: '- prod', says: 'must be a mapping', because: 'a list has no keys'},
  {text: 'protectedContext: [prod]', says: 'unknown keys: protectedContext', because: 'a typo would protect nothing'},
  {text: 'protectedContexts: prod', says: 'must be a list', because: 'one name is no list'},
])('wrong configuration, since $because', async ({text, says}) => {
  await expect(read(text)).rejects.toMatchObject({failureClass: 'usage', message: expect.stringContaining(says)})
})
