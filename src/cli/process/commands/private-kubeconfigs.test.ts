import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, readdir, readFile, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {privateKubeconfigs, removeLeftovers} from './private-kubeconfigs.ts'

let runs: string
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'hubspoke-runs-'))
})
afterEach(() => rm(runs, {recursive: true}))

const here = {host: 'laptop/7', pid: process.pid}

test('a kubeconfig can be read by its user only, and is gone at the end', async () => {
  const kubeconfigs = privateKubeconfigs({runs, runId: 'one', ...here})
  const [first, second] = [await kubeconfigs.write('secret'), await kubeconfigs.write('other')]
  expect(await readFile(first, 'utf8')).toBe('secret')
  expect((await stat(first)).mode & 0o777).toBe(0o600)
  expect((await stat(dirname(first))).mode & 0o777).toBe(0o700)
  await kubeconfigs.remove(first)
  expect(await readdir(dirname(second))).toHaveLength(1)
  await kubeconfigs.close()
  expect(await readdir(join(runs, 'one'))).toEqual([])
})

test('what a killed process left is removed by the next run, and nothing of a process that lives, or of another host', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const left = {
    killed: privateKubeconfigs({runs, runId: 'killed', host: here.host, pid: child.pid!}),
    earlier: privateKubeconfigs({runs, runId: 'earlier', ...here}),
    lives: privateKubeconfigs({runs, runId: 'lives', host: here.host, pid: process.ppid}),
    elsewhere: privateKubeconfigs({runs, runId: 'elsewhere', host: 'other', pid: child.pid!}),
    own: privateKubeconfigs({runs, runId: 'own', ...here}),
  }
  for (const kubeconfigs of Object.values(left)) await kubeconfigs.write('secret')
  await removeLeftovers({runs, runId: 'own', ...here})
  const folders = await Promise.all(
    Object.keys(left).map(async (run) => [run, (await readdir(join(runs, run))).length] as const),
  )
  expect(Object.fromEntries(folders)).toEqual({killed: 0, earlier: 0, lives: 1, elsewhere: 1, own: 1})
})

test('where no run was made yet, there is nothing to remove', async () => {
  await removeLeftovers({runs: join(runs, 'none'), runId: 'own', ...here})
})
