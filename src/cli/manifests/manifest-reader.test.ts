import {execFile} from 'node:child_process'
import {chmod, mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {ManifestRequest} from '../../verbs/apply/manifest-reader.ts'
import {createManifestReader} from './manifest-reader.ts'
import type {ManifestReaderDeps} from './manifest-reader-deps.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-manifests-'))
})
afterEach(() => rm(folder, {recursive: true}))

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

async function write(path: string, text: string | Buffer = configMap(path.replace(/\W+/g, '-'))): Promise<string> {
  const full = join(folder, path)
  await mkdir(join(full, '..'), {recursive: true})
  await writeFile(full, text)
  return full
}

function readerOf(more: Partial<ManifestReaderDeps> = {}) {
  const input = {isTerminal: false, read: async () => Buffer.from(configMap('from-stdin'))}
  return createManifestReader({input, env: {PATH: folder}, clock: createVirtualClock(), ...more})
}

const requestOf = (request: Partial<ManifestRequest>) => ({files: [], kustomizations: [], recursive: false, ...request})

async function namesIn(request: Partial<ManifestRequest>, more: Partial<ManifestReaderDeps> = {}) {
  return (await readerOf(more).read(requestOf(request))).map(({name}) => name)
}

test('a folder has its files by name, not those of its folders, and no others', async () => {
  for (const name of ['b.yaml', 'a.yml', 'c.json', 'd.txt', 'e/f.yaml']) await write(name)
  expect(await namesIn({files: [folder]})).toEqual(['a-yml', 'b-yaml', 'c-json'])
  expect(await namesIn({files: [folder], recursive: true})).toEqual(['a-yml', 'b-yaml', 'c-json', 'e-f-yaml'])
})

test('files and stdin in the order that was typed, each with its origin', async () => {
  const file = await write('x.yaml')
  const found = await readerOf().read(requestOf({files: ['-', file]}))
  expect(found.map(({name, origin}) => [name, origin])).toEqual([
    ['from-stdin', {file: 'stdin', line: 1}],
    ['x-yaml', {file, line: 1}],
  ])
})

test('a folder that contains a link to itself is read once', async () => {
  await write('a.yaml')
  await symlink(folder, join(folder, 'again'))
  await symlink(join(folder, 'nowhere'), join(folder, 'lost'))
  expect(await namesIn({files: [folder], recursive: true})).toEqual(['a-yaml'])
})

test('a pipe is read', async () => {
  const path = join(folder, 'pipe')
  await promisify(execFile)('mkfifo', [path])
  const writing = writeFile(path, configMap('piped'))
  expect(await namesIn({files: [path]}, {clock: {now: () => 0, sleep: () => new Promise(setImmediate)}})).toEqual([
    'piped',
  ])
  await writing
})

test('the same request is read once, so that stdin is', async () => {
  let reads = 0
  const read = async () => {
    reads += 1
    return Buffer.from(configMap('a'))
  }
  const reader = readerOf({input: {isTerminal: false, read}})
  const [one, other] = await Promise.all([
    reader.read(requestOf({files: ['-']})),
    reader.read(requestOf({files: ['-']})),
  ])
  expect(reads).toBe(1)
  expect(other).toBe(one)
})

test.each([
  {path: 'https://example.com/x.yaml', error: 'has to be downloaded first'},
  {path: '', error: 'The name of a file is empty.'},
  {path: '/nonexistent/x.yaml', error: 'There is no file or folder "/nonexistent/x.yaml".'},
])('$path: $error', async ({path, error}) => {
  await expect(namesIn({files: [path]})).rejects.toMatchObject({
    failureClass: 'usage',
    message: expect.stringContaining(error),
  })
})

test('what cannot be read is refused with the reason', async () => {
  const refused = (path: string, error: string, more: Partial<ManifestReaderDeps> = {}) =>
    expect(namesIn({files: [path]}, more)).rejects.toMatchObject({
      failureClass: 'usage',
      message: expect.stringContaining(error),
    })
  await refused(folder, 'has no file *.yaml, *.yml or *.json.')
  await refused(await write('binary.yaml', Buffer.from([0xff, 0xfe, 0x00])), 'is not a text in UTF-8.')
  await refused(await write('nul.yaml', 'a: \0'), 'is not a text in UTF-8.')
  await refused(await write('large.yaml', Buffer.alloc(32 * 1024 * 1024 + 1, ' ')), 'is larger than 32 MiB.')
  await refused(await write('none.yaml', '# nothing\n'), 'There is no object in the files.')
  const loop = join(folder, 'loop.yaml')
  await symlink(loop, loop)
  await refused(loop, 'is a symbolic link that leads to itself.')
  await refused('-', 'stdin is a terminal.', {input: {isTerminal: true, read: async () => Buffer.alloc(0)}})
  await refused('-', 'stdin is larger than 32 MiB.', {input: {isTerminal: false, read: async () => undefined}})
})

test('a folder with a kustomization is one for -k', async () => {
  await write('k/kustomization.yaml', '')
  await write('k/a.yaml')
  await expect(namesIn({files: [join(folder, 'k')]})).rejects.toMatchObject({
    message: expect.stringContaining('is a kustomization'),
    suggestions: [`hubspoke apply -k ${join(folder, 'k')}`],
  })
})

test('stdin twice, an object twice, and too many objects are refused', async () => {
  await expect(namesIn({files: ['-', '-']})).rejects.toThrow('can be read only once')
  const file = await write('x.yaml')
  await expect(namesIn({files: [file, file]})).rejects.toThrow(
    `is there twice: in ${file}, line 1, and in ${file}, line 1.`,
  )
  const many = Array.from({length: 5_001}, (_, at) => configMap(`a${at}`)).join('---\n')
  await expect(namesIn({files: [await write('many.yaml', many)]})).rejects.toThrow('more than 5000 objects')
})

/** Its time does not pass: only what is waited for ends a sleep. */
const stopped: ManifestReaderDeps['clock'] = {
  now: () => 0,
  sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
}

/** A program in place of kubectl, in the only folder of PATH. */
async function kubectl(script: string): Promise<void> {
  await chmod(await write('kubectl', `#!${process.execPath}\n${script}\n`), 0o755)
}

test('a kustomization is what kubectl makes of it', async () => {
  await kubectl(`console.log(${JSON.stringify(configMap('made'))})
    if (process.env.TOKEN !== undefined || process.argv.slice(2).join() !== 'kustomize,./-overlay') process.exit(1)`)
  const env = {PATH: folder, TOKEN: 'hunter2'}
  const [made] = await readerOf({env, clock: stopped}).read(requestOf({kustomizations: ['-overlay']}))
  expect(made).toMatchObject({name: 'made', origin: {file: 'kubectl kustomize -overlay', line: 1}})
})

test.each([
  {script: 'console.error("literal sources [HUNTER2]"); process.exit(1)', error: 'failed with exit status 1.'},
  {script: 'process.exit(3)', error: 'failed with exit status 3.'},
  {script: 'process.kill(process.pid, "SIGKILL")', error: 'was ended by SIGKILL.'},
])('kubectl that runs $script: its words are not shown, which may be a secret', async ({script, error}) => {
  await kubectl(script)
  await expect(namesIn({kustomizations: ['k']}, {clock: stopped})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `kubectl kustomize "k" ${error}`,
    suggestions: ['kubectl kustomize k  to see why'],
  })
})

test('an empty stdin says what to do', async () => {
  const input = {isTerminal: false, read: async () => Buffer.alloc(0)}
  await expect(namesIn({files: ['-']}, {input})).rejects.toThrow('stdin is empty: pipe them into the command.')
})

test('a pipe in a folder is refused, a pipe that is named is read', async () => {
  await promisify(execFile)('mkfifo', [join(folder, 'p.yaml')])
  await expect(namesIn({files: [folder]})).rejects.toThrow('p.yaml" is not a regular file.')
})

test('kubectl has a minute', async () => {
  await kubectl('setInterval(() => {}, 1000)')
  const clock = createVirtualClock({autoAdvance: true})
  await expect(namesIn({kustomizations: ['k']}, {clock})).rejects.toThrow('did not end within 60 s.')
})

test('output of kubectl is bounded', async () => {
  await kubectl('for (;;) require("fs").writeSync(1, "x".repeat(65536))')
  await expect(namesIn({kustomizations: ['k']}, {clock: stopped})).rejects.toThrow(
    'kubectl kustomize "k" printed more than 32 MiB.',
  )
})

test('without kubectl there is no kustomization', async () => {
  await expect(namesIn({kustomizations: ['k']})).rejects.toThrow('there is no kubectl in PATH')
})
