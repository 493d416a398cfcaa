import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {systemClock} from '../shared/clock.ts'
import {type KubeconfigRequest, loadKubeconfig} from './kubeconfig.ts'

const never = new AbortController().signal
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-kubeconfig-'))
})
afterEach(() => rm(folder, {recursive: true}))

function load(request: Partial<KubeconfigRequest> = {}) {
  const places = {env: {}, homeDir: folder, serviceAccountFolder: join(folder, 'no-pod')}
  return loadKubeconfig({...places, clock: systemClock, ...request})
}

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(join(path, '..'), {recursive: true})
  await writeFile(path, text)
  return path
}

const config = (name: string, more = '') => `
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: shop}}]
clusters: [{name: ${name}, cluster: {server: "https://${name}.test", ${more}}}]
users: [{name: ${name}, user: {token: t}}]
`

test('only the named file is read', async () => {
  const [named, other] = [await write('named', config('named')), await write('other', config('other'))]
  const {contexts, currentContext, sources} = await load({path: named, env: {KUBECONFIG: other}})
  expect(contexts).toEqual([{name: 'named', server: 'https://named.test', namespace: 'shop'}])
  expect(currentContext).toBeUndefined()
  expect(sources).toEqual([named])
})

test('a server is shown without a possible password, and is still reached', async () => {
  const text = config('named').replace('https://named.test', 'https://a:b@named.test/base?token=hunter2@other#hunter2')
  const {contexts, endpointOf} = await load({path: await write('named', text)})
  expect(contexts).toMatchObject([{server: 'https://named.test/base'}])
  expect(endpointOf('named')).not.toContain('hunter2')
})

test('the files of KUBECONFIG are merged, missing ones skipped, empty and repeated names too', async () => {
  const [one, two] = [await write('1', config('one')), await write('2', `${config('two')}current-context: one\n`)]
  await write('.kube/config', config('home'))
  const list = ['', one, join(folder, 'missing'), join(one, 'below-a-file'), two, one].join(delimiter)
  const {contexts, currentContext, sources} = await load({env: {KUBECONFIG: list}})
  expect(contexts.map(({name}) => name)).toEqual(['one', 'two'])
  expect(currentContext).toBe('one')
  expect(sources).toEqual([one, two])
})

test.each([{env: {}}, {env: {KUBECONFIG: ''}}])('~/.kube/config where KUBECONFIG is empty: $env', async ({env}) => {
  await write('.kube/config', config('home'))
  expect((await load({env})).contexts.map(({name}) => name)).toEqual(['home'])
})

test('a file that is named and missing is wrong usage, with suggestions', async () => {
  const path = join(folder, 'missing')
  await expect(load({path})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `The kubeconfig file ${path} does not exist.`,
    suggestions: ['--kubeconfig PATH  of a file that exists', 'leave it out, to use KUBECONFIG or ~/.kube/config'],
  })
})

test.each([
  {
    because: 'KUBECONFIG names none that exists',
    env: {KUBECONFIG: '/nowhere/a:/nowhere/b'},
    says: 'There is no kubeconfig: /nowhere/a, /nowhere/b do not exist.',
  },
  {because: 'there is none at home', env: {}, says: /^There is no kubeconfig: .*\.kube\/config does not exist\.$/},
])('a missing kubeconfig is wrong usage where $because', async ({env, says}) => {
  await expect(load({env})).rejects.toThrow(says)
})

test('a folder in place of a file is wrong usage', async () => {
  await expect(load({path: folder})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `The kubeconfig file ${folder} is a folder.`,
  })
})

test('a file that cannot be read is wrong usage', async () => {
  const path = join(folder, 'loop')
  await symlink(path, path)
  await expect(load({path})).rejects.toMatchObject({
    failureClass: 'usage',
    message: `The kubeconfig file ${path} cannot be read.`,
  })
})

test.each([
  {host: '10.0.0.1', port: '6443', server: 'https://10.0.0.1:6443'},
  {host: 'fd00::1', port: undefined, server: 'https://[fd00::1]:443'},
])('the cluster of this pod at $host is the context "in-cluster"', async ({host, port, server}) => {
  await write('pod/token', 'abc\n')
  await write('pod/namespace', 'shop\n')
  const env = {KUBERNETES_SERVICE_HOST: host, ...(port && {KUBERNETES_SERVICE_PORT: port})}
  const {contexts, currentContext} = await load({env, serviceAccountFolder: join(folder, 'pod')})
  expect(contexts).toEqual([{name: 'in-cluster', server, namespace: 'shop'}])
  expect(currentContext).toBe('in-cluster')
})

test('a kubeconfig takes precedence over the pod', async () => {
  await write('pod/token', 'abc')
  await write('.kube/config', config('home'))
  const {contexts} = await load({env: {KUBERNETES_SERVICE_HOST: '10.0.0.1'}, serviceAccountFolder: join(folder, 'pod')})
  expect(contexts.map(({name}) => name)).toEqual(['home'])
})

test('one access per context, and none for a context that does not exist', async () => {
  const kubeconfig = await load({path: await write('a', config('a'))})
  expect(kubeconfig.open('a')).toBe(kubeconfig.open('a'))
  expect(kubeconfig.open('a').context).toBe(kubeconfig.contexts[0])
  expect(() => kubeconfig.open('b')).toThrow('There is no context "b" in the kubeconfig.')
})

test.each([
  {
    because: 'its cluster is missing',
    text: 'contexts: [{name: x, context: {cluster: c}}]',
    failureClass: 'unreachable',
    says: 'The context "x" names the cluster "c", which the kubeconfig does not have.',
  },
  {
    because: 'its user is missing',
    text: 'contexts: [{name: x, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://c"}}]',
    failureClass: 'unauthenticated',
    says: 'The context "x" names the user "u", which the kubeconfig does not have.',
  },
  {
    because: 'its server is not a URL',
    text: 'contexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "c:6443"}}]',
    failureClass: 'unreachable',
    says: 'The context "x" has no server that can be reached: "c:6443" is not a URL.',
  },
  {
    because: 'its proxy is of an unsupported kind',
    failureClass: 'unreachable',
    text: 'contexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "https://c", proxy-url: "ftp://p"}}]',
    says: 'The context "x" is reached through a proxy (proxy-url) of the kind ftp, which is not supported.',
  },
])('a context is listed, and fails with its first request, where $because', async ({text, failureClass, says}) => {
  const kubeconfig = await load({path: await write('x', text)})
  expect(kubeconfig.contexts.map(({name}) => name)).toEqual(['x'])
  const access = kubeconfig.open('x')
  await expect(access.serverVersion(never)).rejects.toMatchObject({failureClass, message: says, refused: true})
  await access.close()
})
