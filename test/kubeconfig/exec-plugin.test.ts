import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {loadKubeconfig} from '../../src/kube/kubeconfig.ts'
import {startServer, type TestServer} from '../../src/kube/testing/tls-server.ts'
import {HubspokeError} from '../../src/model/failure.ts'
import {systemClock} from '../../src/shared/clock.ts'

const never = new AbortController().signal

/** Leaves a line for every start; its token has the number of the start. */
const plugin = (starts: string) => `
const {appendFileSync, readFileSync} = require('node:fs')
appendFileSync(${JSON.stringify(starts)}, process.argv[2] + '\\n')
const number = readFileSync(${JSON.stringify(starts)}, 'utf8').trim().split('\\n').length
if (process.argv[3] === 'fail') { console.error('s3cret'); process.exit(7) }
setTimeout(() => console.log(JSON.stringify({
  apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: {token: 'token-' + number},
})), 50)
`

let folder: string
let server: TestServer
let accepted: (token: string) => boolean
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubspoke-plugin-'))
  await writeFile(join(folder, 'plugin.cjs'), plugin(join(folder, 'starts')))
  accepted = () => true
  server = await startServer((request, response) => {
    const isFine = accepted(request.headers.authorization?.replace('Bearer ', '') ?? '')
    response.writeHead(isFine ? 200 : 401, {'content-type': 'application/json'})
    response.end('{"gitVersion": "v1.36.0"}')
  })
})
afterEach(async () => {
  await server.close()
  await rm(folder, {recursive: true})
})

const starts = async () => (await readFile(join(folder, 'starts'), 'utf8')).trim().split('\n')

interface User {
  readonly name: string
  readonly args?: readonly string[]
  readonly exec?: object
}

/** One context per user, or `contexts` of them. */
async function load(users: readonly User[], contexts = 1) {
  const path = join(folder, 'kubeconfig')
  const ca = Buffer.from(server.ca).toString('base64')
  const config = {
    clusters: [{name: 'c', cluster: {server: server.url, 'certificate-authority-data': ca}}],
    users: users.map(({name, args = [], exec}) => ({
      name,
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: process.execPath,
          args: [join(folder, 'plugin.cjs'), name, ...args],
          interactiveMode: 'Never',
          ...exec,
        },
      },
    })),
    contexts: users.flatMap(({name}) =>
      [...Array(contexts)].map((_, index) => ({name: `${name}-${index}`, context: {cluster: 'c', user: name}})),
    ),
  }
  await writeFile(path, stringify(config))
  const kubeconfig = await loadKubeconfig({path, env: process.env, homeDir: folder, clock: systemClock})
  const opened = kubeconfig.contexts.map(({name}) => kubeconfig.open(name))
  return {opened, close: () => Promise.all(opened.map((access) => access.close()))}
}

test('one start serves twenty contexts of a user, ten requests in each', async () => {
  const {opened, close} = await load([{name: 'jane'}], 20)
  await Promise.all(opened.flatMap((access) => [...Array(10)].map(() => access.serverVersion(never))))
  expect(await starts()).toEqual(['jane'])
  await close()
})

test('a refused token is requested once more, for all contexts of the user, and not again', async () => {
  accepted = (token) => token === 'token-2'
  const {opened, close} = await load([{name: 'jane'}], 5)
  await Promise.all(opened.flatMap((access) => [...Array(10)].map(() => access.serverVersion(never))))
  expect(await starts()).toEqual(['jane', 'jane'])
  await close()
})

test('a token that is refused for good is unauthenticated, after two starts', async () => {
  accepted = () => false
  const {opened, close} = await load([{name: 'jane'}])
  await expect(opened[0]?.serverVersion(never)).rejects.toMatchObject({failureClass: 'unauthenticated', status: 401})
  expect(await starts()).toHaveLength(2)
  await close()
})

test('a plugin that fails is its context alone: named with its hint and its last line, the others are answered', async () => {
  const {opened, close} = await load([
    {name: 'jane'},
    {name: 'joe', args: ['fail'], exec: {installHint: 'Ask the platform team.'}},
    {name: 'ann', exec: {command: 'no-such-plugin-at-all', installHint: 'brew install it'}},
    {name: 'tom', exec: {interactiveMode: 'Always'}},
  ])
  const ends = await Promise.all(
    opened.map((access) => access.serverVersion(never).catch((reason: unknown) => reason as HubspokeError)),
  )
  expect(ends[0]).toBe('v1.36.0')
  expect(
    ends.slice(1).map((end) => (end instanceof HubspokeError ? `${end.message} ${end.suggestions[0]}` : end)),
  ).toEqual([
    `The command ${process.execPath} for the credentials of context "joe-0" failed with exit code 7: s3cret. Ask the platform team.`,
    'The command no-such-plugin-at-all for the credentials of context "ann-0" was not found. brew install it',
    `The command ${process.execPath} for the credentials of context "tom-0" needs a terminal to ask for input. kubectl --context tom-0 auth whoami`,
  ])
  await close()
})
