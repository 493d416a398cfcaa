import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {findRetries} from './past-runs.ts'

test('the runs that have taken up another one are found, oldest first, also those of the same second', async () => {
  const homeDir = await mkdtemp(join(tmpdir(), 'hubspoke-runs-'))
  const runs = join(homeDir, '.local', 'state', 'hubspoke', 'runs')
  const leave = (id: string, at: string, more: object) => {
    const head = {type: 'run', at, schemaVersion: 1, id, verb: 'restart', arguments: {}, stamp: at, ...more}
    return writeFile(join(runs, `${id}.jsonl`), `${JSON.stringify(head)}\n`)
  }
  try {
    await mkdir(runs, {recursive: true})
    const first = '20261124-100000-f000'
    await leave(first, '2026-11-24T10:00:00.100Z', {})
    await leave('20261124-100000-0200', '2026-11-24T10:00:00.900Z', {retryOf: first})
    await leave('20261124-100000-ff00', '2026-11-24T10:00:00.500Z', {retryOf: first})
    await leave('20261124-110000-0000', '2026-11-24T11:00:00.000Z', {retryOf: '20261124-100000-0200'})
    await writeFile(join(runs, '20261124-120000-0000.jsonl'), 'damaged\n')
    expect(await findRetries(first, {env: {}, homeDir})).toEqual(['20261124-100000-ff00', '20261124-100000-0200'])
  } finally {
    await rm(homeDir, {recursive: true})
  }
})
