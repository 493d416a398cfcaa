import {execFileSync, spawn} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {stripVTControlCharacters} from 'node:util'
import {describe, expect, test} from 'vitest'
import {openRealClockClusters} from '../support/real-clock-clusters.ts'
import {image, restartedIn, runningWeb} from '../support/sandbox-fleet.ts'
import {openProcessShell} from '../support/spawn-command.ts'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'run.js')

const two = [
  {name: 'eu', workloads: runningWeb('cart', 'web')},
  {name: 'us', workloads: runningWeb('cart', 'web')},
] as const

/** A module under which the user has no entry in passwd, as with `runAsUser` in a pod. */
const withoutPasswd = `data:text/javascript,${encodeURIComponent(`
  import os from 'node:os'
  import {syncBuiltinESMExports} from 'node:module'
  const missing = (call) => () => {
    throw Object.assign(new Error('A system error occurred: ' + call + ' returned ENOENT'), {code: 'ERR_SYSTEM_ERROR'})
  }
  const homedir = os.homedir
  os.userInfo = missing('uv_os_get_passwd')
  os.homedir = () => (process.env.HOME === undefined ? missing('uv_os_homedir')() : homedir())
  syncBuiltinESMExports()
`)}`

describe('a user without an entry in passwd', () => {
  const commands: readonly (readonly [words: readonly string[], exitCode: number, stderr: RegExp])[] = [
    [['--version'], 0, /^$/],
    [['--help'], 0, /^$/],
    [['restart', '--help'], 0, /^$/],
    [['rbac', 'restart'], 0, /^/],
    [['runs', 'list'], 0, /^/],
    [['runs', 'prune', '--older-than', 'soon', '--yes'], 2, /Invalid duration/],
    [['runs', 'show', 'last'], 2, /No run has left a ledger in/],
    [['find', image], 2, /There is no kubeconfig/],
    [['check'], 2, /There is no kubeconfig/],
    [['cache', 'show'], 2, /There is no kubeconfig/],
    [['restart', image, '-c', 'eu', '--yes'], 2, /There is no kubeconfig/],
    [['fnd'], 2, /There is no command "fnd"/],
  ]

  const homes = [
    ['/', {HOME: '/'}],
    ['nowhere', {HOME: undefined}],
  ] as const

  test.each(commands.flatMap((one) => homes.map(([home, env]) => [one[0].join(' '), home, one, env] as const)))(
    '%s works with its home in %s',
    async (_, __, [words, exitCode, stderr], env) => {
      using shell = openProcessShell({XDG_STATE_HOME: join(tmpdir(), 'hubspoke-no-such-state')})
      const ended = await shell.runUnder({imports: [withoutPasswd], env}, ...words)
      expect(ended.stderr).toMatch(stderr)
      expect(ended.stderr).not.toContain('bug')
      expect(ended.exitCode).toBe(exitCode)
    },
  )

  test('restarts, and says who it is in the lock', async () => {
    await using clusters = await openRealClockClusters(two)
    const KUBECONFIG = join(clusters.shell.home, '.kube', 'config')
    const env = {HOME: '/', KUBECONFIG, XDG_STATE_HOME: clusters.shell.home}
    const words = ['restart', image, '--all-contexts', '--yes']
    const {stderr, exitCode} = await clusters.shell.runUnder({imports: [withoutPasswd], env}, ...words)
    expect({stderr, exitCode}).toMatchObject({exitCode: 0})
    expect(restartedIn(clusters.sandbox)).toHaveLength(4)
  })
})

describe('few files may be open', () => {
  /** Under 22, Node.js itself ends before it has read our first line. */
  test.each([22, 24, 28, 32])('ulimit -n %i: an answer, or a sentence with its code; never a bug', async (files) => {
    using shell = openProcessShell({})
    const run = ['-c', `ulimit -n ${files} && exec "$0" "$@"`, process.execPath, bin, 'runs', 'list']
    const ended = await endOf('sh', run, {HOME: shell.home})
    expect(ended.output).not.toContain('bug')
    expect([0, 2]).toContain(ended.code)
  })

  test('a program that cannot be read says what to raise, and ends with 2', async () => {
    using shell = openProcessShell({})
    const failing = `data:text/javascript,${encodeURIComponent(`
      import {registerHooks} from 'node:module'
      registerHooks({load(url, context, next) {
        if (url.endsWith('/dist/cli/main.js')) throw Object.assign(new Error('EMFILE: too many open files'), {code: 'EMFILE'})
        return next(url, context)
      }})
    `)}`
    const ended = await shell.runUnder({imports: [failing]}, '--version')
    expect(ended.stderr).toBe('hubspoke may open too few files to start (ulimit -n); it needs at least 64.\n')
    expect(ended.exitCode).toBe(2)
  })
})

describe('a hang-up that is to be ignored', () => {
  test.each([
    ["trap '' HUP", 'by its parent', {}],
    ['true', 'by nohup, as the shell notes', {_: '/usr/bin/nohup'}],
  ])('%s (%s): the run goes on to its end', async (prepare, _, env) => {
    await using clusters = await openRealClockClusters(two)
    const run = `${prepare}; "$0" "$@" & pid=$!; read go; kill -HUP $pid; wait $pid`
    const words = ['restart', image, '--all-contexts', '--yes', '--concurrency', '1']
    const child = spawn('sh', ['-c', run, process.execPath, bin, ...words], {
      env: {PATH: process.env.PATH, HOME: clusters.shell.home, ...env},
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr === '') child.stdin.end('\n')
      stderr += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({code, stderr}).toMatchObject({code: 0})
    expect(restartedIn(clusters.sandbox)).toHaveLength(4)
  })
})

describe('a terminal', () => {
  test.for([
    ['rows 0 cols 0', 80],
    ['rows 24 cols 20', 40],
    ['rows 24 cols 1', 40],
    ['rows 0 cols 120', 120],
  ] as const)('of %s: its lines hold more than a word', async ([size, longest], {skip}) => {
    if (!existsSync('/usr/bin/script')) skip('this system has no script(1)')
    await using clusters = await openRealClockClusters(two)
    const run = `stty ${size}; ${process.execPath} ${bin} find ${image}`
    const {output, code} = await endOf('script', ['-qec', run, '/dev/null'], {
      HOME: clusters.shell.home,
      TERM: 'xterm',
      NO_COLOR: '1',
    })
    const lines = stripVTControlCharacters(output).split(/\r?\n/)
    expect(code).toBe(0)
    expect(lines.find((line) => line.startsWith('Exit 0: '))?.split(' ').length).toBeGreaterThan(2)
    expect(Math.max(...lines.slice(-4).map((line) => line.length))).toBeLessThanOrEqual(longest)
  })
})

test('the demonstration leaves nothing behind: its ledger and its kubeconfig are in a folder that it removes', async () => {
  using shell = openProcessShell({})
  const temporary = join(shell.home, 'tmp')
  mkdirSync(temporary)
  const ended = await shell.runUnder({env: {TMPDIR: temporary}}, 'sandbox', '--demo')
  expect(ended.stderr).toContain('That run ended with exit code 1')
  expect(ended.exitCode).toBe(0)
  expect(readdirSync(shell.home)).toEqual(['tmp'])
  expect(readdirSync(temporary)).toEqual([])
})

describe('the kubeconfig of the sandbox', () => {
  test('a file that is there is neither overwritten nor removed: 2', async () => {
    using shell = openProcessShell({})
    const path = join(shell.home, 'config')
    writeFileSync(path, 'mine')
    chmodSync(path, 0o644)
    for (const given of [{words: ['--write-kubeconfig', path]}, {words: [], env: {HUBSPOKE_WRITE_KUBECONFIG: path}}]) {
      const ended = await shell.runUnder({env: given.env ?? {}}, 'sandbox', '--demo', ...given.words)
      expect(ended.stderr).toContain(`The file ${path} exists already, and is not overwritten.`)
      expect(ended.exitCode).toBe(2)
      expect(readFileSync(path, 'utf8')).toBe('mine')
      expect(statSync(path).mode & 0o777).toBe(0o644)
    }
  })

  test('a file where a folder should be: 2', async () => {
    using shell = openProcessShell({})
    writeFileSync(join(shell.home, 'file'), '')
    const ended = await shell.run('sandbox', '--write-kubeconfig', join(shell.home, 'file', 'config'))
    expect(ended.stderr).toContain('cannot be created')
    expect(ended.exitCode).toBe(2)
  })

  test('two at once have a file each, for their user alone, and remove only their own', async () => {
    using shell = openProcessShell({})
    const [first, second] = [shell.start('sandbox'), shell.start('sandbox')]
    await Promise.all([first, second].map(({says}) => says('kubectl get deployments -A')))
    const folder = join(shell.home, '.local', 'state', 'hubspoke')
    expect(readdirSync(folder).sort()).toEqual(['sandbox-2.kubeconfig', 'sandbox.kubeconfig'])
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    first.child.kill('SIGINT')
    await first.end
    expect(readdirSync(folder)).toHaveLength(1)
    const [left = ''] = readdirSync(folder)
    writeFileSync(join(folder, left), 'changed')
    second.child.kill('SIGINT')
    const {stderr, exitCode} = await second.end
    expect(stderr).toContain(`${left} was changed in the meantime and is left where it is.`)
    expect(readFileSync(join(folder, left), 'utf8')).toBe('changed')
    expect(exitCode).toBe(0)
  })

  test('one that was removed, or replaced, meanwhile', async () => {
    using shell = openProcessShell({})
    const path = join(shell.home, 'deep', 'config')
    const {child, end, says} = shell.start('sandbox', '--write-kubeconfig', path)
    await says('kubectl get deployments -A')
    const content = readFileSync(path, 'utf8')
    rmSync(path)
    mkdirSync(join(shell.home, 'deep', 'other'))
    writeFileSync(`${path}.new`, content)
    execFileSync('mv', [`${path}.new`, path])
    child.kill('SIGINT')
    expect((await end).exitCode).toBe(0)
    expect(readFileSync(path, 'utf8')).toBe(content)
  })
})

function endOf(
  command: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{readonly output: string; readonly code: number | null}> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, {env: {PATH: process.env.PATH, ...env}, stdio: ['ignore', 'pipe', 'pipe']})
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({output, code}))
  })
}
