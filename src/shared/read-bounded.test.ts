import {execFile} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import {systemClock} from './clock.ts'
import {readBounded} from './read-bounded.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-read-'))
})
afterEach(() => rm(folder, {recursive: true}))

async function pipe(): Promise<string> {
  const path = join(folder, 'pipe')
  await promisify(execFile)('mkfifo', [path])
  return path
}

const maxBytes = 100_000

test.each([0, 1, maxBytes])('a file of %d bytes is read to its end', async (size) => {
  const path = join(folder, 'file')
  await writeFile(path, Buffer.alloc(size, 'x'))
  expect(await readBounded(path, {maxBytes, clock: systemClock})).toHaveLength(size)
})

test.each(['file', '/dev/zero'])('no more than the limit is read of %s', async (name) => {
  const path = name === 'file' ? join(folder, name) : name
  if (name === 'file') await writeFile(path, Buffer.alloc(maxBytes + 1, 'x'))
  await expect(readBounded(path, {maxBytes, clock: systemClock})).rejects.toMatchObject({code: 'EFBIG'})
})

test('/dev/null is empty', async () => {
  expect(await readBounded('/dev/null', {maxBytes, clock: systemClock})).toHaveLength(0)
})

test('an empty pipe is waited for at most half a minute', async () => {
  const clock = createVirtualClock({autoAdvance: true})
  await expect(readBounded(await pipe(), {maxBytes, clock})).rejects.toMatchObject({code: 'ETIMEDOUT'})
  expect(clock.now()).toBe(30_000)
})

test('a pipe with content is read to its end', async () => {
  const path = await pipe()
  const reading = readBounded(path, {maxBytes, clock: systemClock})
  await writeFile(path, 'all of it')
  expect((await reading).toString()).toBe('all of it')
})

test('a missing file, or a folder, rejects with the error of the file system', async () => {
  await expect(readBounded(join(folder, 'none'), {maxBytes, clock: systemClock})).rejects.toMatchObject({
    code: 'ENOENT',
  })
  await expect(readBounded(folder, {maxBytes, clock: systemClock})).rejects.toMatchObject({code: 'EISDIR'})
})
