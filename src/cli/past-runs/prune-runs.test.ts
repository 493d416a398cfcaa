import {mkdir, mkdtemp, readdir, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {listedRun} from '../../summary/summarize-ledgers.ts'
import {recordedRun} from '../../summary/testing/recorded.ts'
import {removeRuns} from './prune-runs.ts'

test('what changed since it was shown is not removed, keeps no other, and is said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-prune-'))
  try {
    const runs = ['a', 'b', 'c', 'd'].map((id) => listedRun(id, recordedRun({path: join(folder, `${id}.jsonl`)})))
    await mkdir(join(folder, 'a.jsonl'))
    await symlink(folder, join(folder, 'b.jsonl'))
    await writeFile(join(folder, 'c.jsonl'), '')
    const {removed, notRemoved} = await removeRuns(runs)
    expect(removed.map(({id}) => id)).toEqual(['c', 'd'])
    expect(notRemoved).toMatchObject([
      {id: 'a', problem: {class: 'usage', message: expect.stringContaining('it is not a regular file')}},
      {id: 'b', problem: {class: 'usage', message: expect.stringContaining('it is not a regular file')}},
    ])
    expect((await readdir(folder)).sort()).toEqual(['a.jsonl', 'b.jsonl'])
  } finally {
    await rm(folder, {recursive: true})
  }
})
