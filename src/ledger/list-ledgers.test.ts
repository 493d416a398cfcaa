import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {HubspokeError} from '../model/failure.ts'
import {ledgerPath} from './ledger-directory.ts'
import {listLedgers} from './list-ledgers.ts'

let directory = ''

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hubspoke-ledgers-'))
})

afterEach(() => rm(directory, {recursive: true}))

test('the newest first', async () => {
  const ids = ['20251231-235959-ffff', '20261124-100000-0001', '20261124-095959-fffe']
  for (const id of ids) await writeFile(ledgerPath(directory, id), '')
  expect(await listLedgers(directory)).toEqual([ids[1], ids[2], ids[0]])
})

test('what is no ledger is passed over', async () => {
  const names = [
    'notes.txt',
    '.jsonl',
    'last.jsonl',
    '20261124-100000-0001',
    '20261124-100000-0001.json',
    '20261124-100000-0001.jsonl.bak',
    '20261124-100000-0001 (1).jsonl',
    '20261324-100000-0001.jsonl',
    'x20261124-100000-0001.jsonl',
  ]
  for (const name of names) await writeFile(join(directory, name), '')
  await mkdir(ledgerPath(directory, '20261124-100000-0002'))
  await symlink(join(directory, 'notes.txt'), ledgerPath(directory, '20261124-100000-0003'))
  expect(await listLedgers(directory)).toEqual([])
})

test('where there is no directory there is no ledger', async () => {
  expect(await listLedgers(join(directory, 'hubspoke', 'runs'))).toEqual([])
})

test('a directory that cannot be read is said in words', async () => {
  const file = join(directory, 'file')
  await writeFile(file, '')
  const error = await listLedgers(file).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(HubspokeError)
  expect(error).toMatchObject({
    failureClass: 'usage',
    message: `Cannot read the ledgers in ${file}: a part of the path is not a directory (ENOTDIR).`,
  })
})
