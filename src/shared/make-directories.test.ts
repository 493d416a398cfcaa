import {mkdir, mkdtemp, rm, stat, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {makeDirectories} from './make-directories.ts'

async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hubspoke-directories-'))
  onTestFinished(() => rm(path, {recursive: true}))
  return path
}

test('creates what is missing, private, and leaves what exists', async () => {
  const base = await temporaryDirectory()
  await mkdir(join(base, 'a'), {mode: 0o755})
  await makeDirectories(join(base, 'a', 'b', 'c'), 0o700)
  await makeDirectories(join(base, 'a', 'b', 'c'), 0o700)
  expect((await stat(join(base, 'a'))).mode & 0o777).toBe(0o755)
  expect((await stat(join(base, 'a', 'b'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(base, 'a', 'b', 'c'))).mode & 0o777).toBe(0o700)
})

test('several at the same time agree', async () => {
  const path = join(await temporaryDirectory(), 'a', 'b')
  await Promise.all(Array.from({length: 8}, () => makeDirectories(path, 0o700)))
  expect((await stat(path)).isDirectory()).toBe(true)
})

test.each([
  {name: 'file', code: 'EEXIST'},
  {name: 'file/below', code: 'ENOTDIR'},
])('rejects $name with $code', async ({name, code}) => {
  const base = await temporaryDirectory()
  await writeFile(join(base, 'file'), '')
  await expect(makeDirectories(join(base, name), 0o700)).rejects.toMatchObject({code})
})

test.skipIf(process.platform !== 'linux')(
  'rejects where nothing can be created, and does not try without end',
  async () => {
    await expect(makeDirectories('/proc/nope/below', 0o700)).rejects.toMatchObject({code: 'ENOENT'})
  },
)
