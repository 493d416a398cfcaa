import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {ensureControlPlane} from './build-control-plane.ts'
import {isOlder, programNames} from './programs.ts'

/** Says that it is Go, and builds whatever it is asked to build: a file that holds what it was called with. */
const workingGo = `
if [ "$1" = version ]; then echo "go version go1.26.8 linux/amd64"; exit 0; fi
echo "$*" >> "$GO_CALLS"
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\n' > "$2"; chmod +x "$2"`

let folder: string
let env: NodeJS.ProcessEnv
let printed: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubspoke-build-'))
  mkdirSync(join(folder, 'bin'))
  env = {PATH: `${join(folder, 'bin')}:/bin:/usr/bin`, XDG_CACHE_HOME: folder, GO_CALLS: join(folder, 'calls')}
  printed = []
})
afterEach(() => rmSync(folder, {recursive: true, force: true}))

function placeProgram(path: string, script = ''): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

const placeGo = (script: string): void => placeProgram(join(folder, 'bin', 'go'), script)
const placeKubectl = (): void => placeProgram(join(folder, 'bin', 'kubectl'))
const ensure = () => ensureControlPlane({env, print: (line) => printed.push(line)})
const buildsSoFar = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

describe('ensureControlPlane', () => {
  test('builds every program once, says so before it starts, and says nothing the second time', async () => {
    placeGo(workingGo)
    placeKubectl()
    const first = await ensure()
    expect(Object.keys(first.binaries ?? {}).sort()).toEqual([...programNames].sort())
    expect(printed[0]).toContain('etcd, kube-apiserver, ')
    expect(printed[1]).toContain('minutes')
    printed = []
    expect(await ensure()).toEqual(first)
    expect(printed).toEqual([])
    expect(buildsSoFar()).toHaveLength(6)
  })

  test('gives Kubernetes its own version, or the server would call itself v0.0.0', async () => {
    placeGo(workingGo)
    await ensure()
    const apiServer = buildsSoFar().find((call) => call.endsWith('k8s.io/kubernetes/cmd/kube-apiserver'))
    expect(apiServer).toMatch(/version\.gitVersion=v1\.\d+\.\d+ /)
  })

  test('takes from KUBEBUILDER_ASSETS what is there, and builds the rest', async () => {
    placeGo(workingGo)
    const assets = join(folder, 'assets')
    mkdirSync(assets)
    for (const name of ['etcd', 'kube-apiserver', 'kubectl']) placeProgram(join(assets, name))
    env.KUBEBUILDER_ASSETS = assets
    const {binaries} = await ensure()
    expect(binaries?.etcd).toBe(join(assets, 'etcd'))
    expect(binaries?.['kube-apiserver']).toBe(join(assets, 'kube-apiserver'))
    expect(buildsSoFar()).toHaveLength(4)
  })

  test('two at once build each program once', async () => {
    placeGo(workingGo)
    const [one, other] = await Promise.all([ensure(), ensure()])
    expect(one).toEqual(other)
    expect(new Set(buildsSoFar()).size).toBe(buildsSoFar().length)
  })

  test.each([
    {because: 'there is no Go', go: undefined, reason: /^no working Go on the PATH/},
    {because: 'Go is older than the one that can fetch another', go: 'echo go version go1.20.1 x/y', reason: /too old/},
    {
      because: 'the build fails',
      go: 'if [ "$1" = version ]; then echo go1.26.8; else echo "no space left" >&2; exit 1; fi',
      reason: /^building etcd failed: no space left$/,
    },
  ])('says in one line why it cannot: $because', async ({go, reason}) => {
    if (go) placeGo(go)
    else env.PATH = join(folder, 'bin')
    expect((await ensure()).missing).toMatch(reason)
  })

  test('a build that fails leaves nothing that looks like a program', async () => {
    placeGo(
      'if [ "$1" = version ]; then echo go1.26.8; else while [ "$1" != -o ]; do shift; done; echo half > "$2"; exit 1; fi',
    )
    await ensure()
    const cache = join(folder, 'hubspoke', 'control-plane')
    expect(readdirSync(join(cache, readdirSync(cache)[0] ?? ''))).toEqual([])
  })

  test('takes over the lock of a process that has died', async () => {
    placeGo(workingGo)
    await ensure()
    const cache = join(folder, 'hubspoke', 'control-plane')
    const versions = join(cache, readdirSync(cache)[0] ?? '')
    rmSync(join(versions, 'etcd'))
    writeFileSync(join(versions, 'building.lock'), '2147483646')
    expect((await ensure()).missing).toBeUndefined()
  })
})

describe('isOlder', () => {
  test.each([
    {version: '1.9', than: '1.26', expected: true, because: 'parts are numbers'},
    {version: '1.26.8', than: '1.26', expected: false, because: 'a missing part is 0'},
    {version: '1.26', than: '1.26.0', expected: false, because: 'equal is not older'},
    {version: '1.26.0', than: '1.26.1', expected: true, because: 'the patch counts'},
  ])('$version, $than: $because', ({version, than, expected}) => {
    expect(isOlder(version, than)).toBe(expected)
  })
})
