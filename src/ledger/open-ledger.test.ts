import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {pathToFileURL} from 'node:url'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {targetOf} from '../../test/support/distribution/target.ts'
import {HubspokeError} from '../model/failure.ts'
import {requireWorkloadTarget} from '../model/workload-target.ts'
import {fileProblem} from '../shared/file-error.ts'
import {ledgerFormats} from '../verbs/ledger-formats.ts'
import {createLedger} from './open-ledger.ts'
import {readLedger} from './read-ledger.ts'

const runId = '20261124-100000-01a1'
const clock = {date: () => new Date('2026-11-24T10:00:00.5Z')}

let root = ''
let directory = ''

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hubspoke-ledger-'))
  directory = join(root, 'hubspoke', 'runs')
})

afterEach(() => rm(root, {recursive: true}))

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('a ledger', () => {
  test('is a file and a folder for its owner alone, with one record per line', async () => {
    const ledger = await createLedger({directory, runId, clock})
    expect(ledger.path).toBe(join(directory, `${runId}.jsonl`))
    await ledger.append({type: 'writing', target: 'a', attempt: 1})
    await ledger.append({type: 'retrying', target: 'a', attempt: 1, reason: 'two\nlines \u2028 and more'})
    await ledger.close()
    expect([await modeOf(ledger.path), await modeOf(directory), await modeOf(join(root, 'hubspoke'))]).toEqual([
      '600',
      '700',
      '700',
    ])
    expect(await readFile(ledger.path, 'utf8')).toBe(
      '{"type":"writing","at":"2026-11-24T10:00:00.500Z","target":"a","attempt":1}\n' +
        '{"type":"retrying","at":"2026-11-24T10:00:00.500Z","target":"a","attempt":1,"reason":"two\\nlines \\u2028 and more"}\n',
    )
  })

  test('what a terminal would obey is an escape in it, and reads as it was', async () => {
    const ledger = await createLedger({directory, runId, clock})
    const target = 'a\u001b]0;x\u0007\u009b2J\u202e\u{e0041}\n'
    await ledger.append({type: 'written', target})
    await ledger.close()
    const text = await readFile(ledger.path, 'utf8')
    expect(text.trimEnd()).toMatch(/^[ -~]*$/)
    expect(JSON.parse(text)).toMatchObject({target})
  })

  test('takes no record that its reader would not believe', async () => {
    const ledger = await createLedger({directory, runId, clock})
    await ledger.append({type: 'written', target: 'x'.repeat(1_000_000)})
    await expect(ledger.append({type: 'written', target: 'x'.repeat(1_048_576)})).rejects.toMatchObject({
      failureClass: 'usage',
      message: expect.stringContaining('a record is longer than 1 MiB'),
    })
    await ledger.append({type: 'written', target: 'next'})
    await ledger.close()
    const targets = (await readFile(ledger.path, 'utf8')).trimEnd().split('\n')
    expect(targets.map((line) => JSON.parse(line).target.length)).toEqual([1_000_000, 4])
  })

  test('waits for what is under way when it is closed, and takes nothing afterwards', async () => {
    const ledger = await createLedger({directory, runId, clock})
    const appends = Array.from({length: 200}, (_, index) => ledger.append({type: 'written', target: `${index}`}))
    const closed = ledger.close()
    await expect(ledger.append({type: 'written', target: 'late'})).rejects.toThrow(/it is closed/)
    await Promise.all(appends)
    await closed
    await ledger.close()
    expect((await readFile(ledger.path, 'utf8')).trim().split('\n')).toHaveLength(200)
  })

  test('of a run that has one is wrong usage, and the old one is left as it is', async () => {
    const first = await createLedger({directory, runId, clock})
    await first.append({type: 'written', target: 'a'})
    await expect(createLedger({directory, runId, clock})).rejects.toMatchObject({
      failureClass: 'usage',
      message: expect.stringContaining('has a ledger already'),
    })
    await first.close()
    expect(await readFile(first.path, 'utf8')).toContain('"written"')
  })

  test.each([false, true])(
    'whose folder is a file says so, and not that there is a ledger: %s',
    async (mayContinue) => {
      await mkdir(join(directory, '..'), {recursive: true})
      await writeFile(directory, '')
      await expect(createLedger({directory, runId, mayContinue, clock})).rejects.toMatchObject({
        failureClass: 'usage',
        message: `Cannot write the ledger ${directory}: it is the folder of all ledgers, and something there is not a folder.`,
      })
    },
  )

  test('is not written through a symbolic link', async () => {
    await mkdir(directory, {recursive: true})
    await symlink(join(root, 'elsewhere'), join(directory, `${runId}.jsonl`))
    await expect(createLedger({directory, runId, clock})).rejects.toMatchObject({failureClass: 'usage'})
    await expect(stat(join(root, 'elsewhere'))).rejects.toThrow('ENOENT')
  })

  test.each(['../evil', '/evil', 'a/b', '.hidden', '', 'a\u001b[2J'])('is not created for "%s"', async (id) => {
    await expect(createLedger({directory, runId: id, clock})).rejects.toMatchObject({failureClass: 'usage'})
  })

  test('that cannot be created says why, and what to do', async () => {
    await writeFile(join(root, 'hubspoke'), 'a file')
    const error = await createLedger({directory, runId, clock}).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HubspokeError)
    expect(error).toMatchObject({
      failureClass: 'usage',
      message: `Cannot write the ledger ${join(directory, runId)}.jsonl: a part of the path is not a directory (ENOTDIR).`,
      suggestions: expect.arrayContaining([expect.stringContaining('XDG_STATE_HOME')]),
    })
  })
})

test.each([
  ['ENOSPC', 'the disk is full (ENOSPC)'],
  ['EROFS', 'the file system is read-only (EROFS)'],
  ['EACCES', 'permission denied (EACCES)'],
  ['EMFILE', 'EMFILE'],
])('%s is said as "%s"', (code, expected) => {
  expect(fileProblem(Object.assign(new Error('raw'), {code}))).toBe(expected)
})

/** Another process that appends records for ever, and prints the number of each that is on disk. */
function startWriter(shellPrefix = ''): {readonly child: ChildProcess; readonly lines: AsyncIterable<string>} {
  const urlOf = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href)
  const program = `
    const {createLedger} = await import(${urlOf('open-ledger.ts')})
    const {workloadTarget} = await import(${urlOf('../model/workload-target.ts')})
    const clock = {date: () => new Date()}
    const ledger = await createLedger({directory: process.argv[1], runId: process.argv[2], clock})
    const append = async (index) => {
      const place = {clusterUid: 'eu', context: 'eu', server: 'https://eu'}
      const target = workloadTarget({...place, kind: 'Deployment', namespace: 'shop', name: 'web-' + index, uid: 'u', matched: []})
      await ledger.append({type: 'planned', target})
      process.stdout.write(index + '\\n')
    }
    try {
      for (let index = 0; ; index += 5) await Promise.all([0, 1, 2, 3, 4].map((more) => append(index + more)))
    } catch (error) {
      const again = await append(-1).catch((reason) => reason)
      process.stdout.write('failed ' + JSON.stringify([error.name, error.message, again.message === error.message]) + '\\n')
      await ledger.close()
    }`
  const args = ['--input-type=module', '--eval', program, directory, runId]
  const child = spawn('sh', ['-c', `${shellPrefix} exec "$0" "$@"`, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('it has a stdout')
  return {child, lines: createInterface({input: child.stdout})}
}

describe('another process', () => {
  test('killed in the middle of its appends has lost nothing that it was told is on disk', async () => {
    const {child, lines} = startWriter()
    const exited = once(child, 'exit')
    const acknowledged: string[] = []
    for await (const line of lines) {
      acknowledged.push(line)
      if (acknowledged.length === 333) child.kill('SIGKILL')
    }
    await exited
    const {targets, damagedLines} = await readLedger(join(directory, `${runId}.jsonl`), ledgerFormats)
    const names = new Set(targets.map(({target}) => requireWorkloadTarget(target).name))
    expect(acknowledged.length).toBeGreaterThanOrEqual(333)
    expect(acknowledged.filter((index) => !names.has(`web-${index}`))).toEqual([])
    expect(damagedLines).toBeLessThanOrEqual(1)
  })

  test('whose file may not grow any more is told so, again and again, and the ledger stays readable', async () => {
    const {lines} = startWriter('ulimit -f 12;')
    const acknowledged: string[] = []
    let failed = ''
    for await (const line of lines) {
      if (line.startsWith('failed ')) failed = line
      else acknowledged.push(line)
    }
    expect(JSON.parse(failed.slice('failed '.length))).toEqual([
      'HubspokeError',
      `Cannot write the ledger ${join(directory, runId)}.jsonl: the file is as large as it may be (EFBIG).`,
      true,
    ])
    const {targets, damagedLines} = await readLedger(join(directory, `${runId}.jsonl`), ledgerFormats)
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(targets.length).toBeGreaterThanOrEqual(acknowledged.length)
    expect(damagedLines).toBeLessThanOrEqual(1)
  })
})

test('the key of a target is the one that its records carry', async () => {
  const ledger = await createLedger({directory, runId, clock})
  const target = targetOf()
  await ledger.append({type: 'planned', target})
  await ledger.append({type: 'writing', target: target.key, attempt: 1})
  await ledger.close()
  expect((await readLedger(ledger.path, ledgerFormats)).targets).toEqual([
    {target, state: 'writing', wrote: 'maybe', attempts: 1, result: undefined},
  ])
})
