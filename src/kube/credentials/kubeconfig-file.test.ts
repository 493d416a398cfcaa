import {expect, test} from 'vitest'
import {HubspokeError} from '../../model/failure.ts'
import {mergeKubeconfigs, parseKubeconfig} from './kubeconfig-file.ts'

const parse = (text: string) => parseKubeconfig(text, '/home/jane/.kube/config')

const full = `
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: prod
clusters:
- name: prod
  cluster:
    server: https://prod.test:6443/
    certificate-authority: pki/ca.crt
    certificate-authority-data: Q0E=
    insecure-skip-tls-verify: true
    tls-server-name: api.internal
    proxy-url: http://proxy.test:3128
    disable-compression: true
contexts:
- name: prod
  context: {cluster: prod, user: jane, namespace: shop}
- name: plain
  context: {cluster: prod, user: jane}
users:
- name: jane
  user:
    client-certificate: pki/jane.crt
    client-key: /etc/pki/jane.key
    tokenFile: ../token
    as: joe
    as-uid: 0123
    as-groups: [dev, 7]
    as-user-extra: {reason: [why]}
- name: exec
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: ./bin/login
      args: [token, --level, 3, --yes, true]
      env: [{name: PROFILE, value: blue}]
      installHint: Install it.
      interactiveMode: Never
      provideClusterInfo: true
- name: path
  user: {exec: {command: aws}}
- name: oidc
  user: {auth-provider: {name: oidc, config: {client-id: x}}}
`

test('reads clusters and contexts', async () => {
  const {clusters, contexts, currentContext} = await parse(full)
  expect(currentContext).toBe('prod')
  expect([...contexts]).toEqual([
    ['prod', {cluster: 'prod', user: 'jane', namespace: 'shop'}],
    ['plain', {cluster: 'prod', user: 'jane', namespace: 'default'}],
  ])
  expect(clusters.get('prod')).toEqual({
    server: 'https://prod.test:6443/',
    caData: 'Q0E=',
    caFile: '/home/jane/.kube/pki/ca.crt',
    skipTlsVerify: true,
    tlsServerName: 'api.internal',
    proxyUrl: 'http://proxy.test:3128',
  })
})

test('reads users: files from the folder of the kubeconfig, scalars as text', async () => {
  const {users} = await parse(full)
  expect(users.get('jane')).toMatchObject({
    certFile: '/home/jane/.kube/pki/jane.crt',
    keyFile: '/etc/pki/jane.key',
    tokenFile: '/home/jane/token',
    impersonate: {user: 'joe', uid: '0123', groups: ['dev', '7'], extra: {reason: ['why']}},
    exec: undefined,
  })
  expect(users.get('oidc')?.authProvider).toEqual({name: 'oidc', config: {'client-id': 'x'}})
})

test('reads exec plugins: a path from the folder of the kubeconfig, a bare name unchanged', async () => {
  const {users} = await parse(full)
  expect(users.get('exec')?.exec).toEqual({
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: '/home/jane/.kube/bin/login',
    args: ['token', '--level', '3', '--yes', 'true'],
    env: {PROFILE: 'blue'},
    installHint: 'Install it.',
    interactive: 'Never',
    provideClusterInfo: true,
  })
  expect(users.get('path')?.exec).toMatchObject({
    command: 'aws',
    args: [],
    interactive: 'IfAvailable',
    provideClusterInfo: false,
  })
})

test('anchors, merge keys and JSON are YAML too', async () => {
  const anchored =
    'x: &c {server: https://a.test, insecure-skip-tls-verify: true}\nclusters:\n- name: a\n  cluster: {<<: *c}\n'
  expect((await parse(anchored)).clusters.get('a')).toMatchObject({server: 'https://a.test', skipTlsVerify: true})
  const json = JSON.stringify({contexts: [{name: 'a', context: {cluster: 'c', user: 'u'}}], 'current-context': 'a'})
  expect((await parse(json)).currentContext).toBe('a')
})

test.each([
  {because: 'it is empty', text: ''},
  {because: 'it has comments only', text: '# nothing yet\n'},
  {because: 'its lists are null', text: 'clusters: null\ncontexts: ~\nusers:\ncurrent-context: null\n'},
  {
    because: 'its lists are not lists',
    text: 'clusters: {}\ncontexts: prod\nusers: [1, null, {name: ""}]\ncurrent-context: [a]\n',
  },
])('no entry where $because', async ({text}) => {
  const {clusters, contexts, users, currentContext} = await parse(text)
  expect([[...clusters], [...contexts], [...users], currentContext].flat()).toEqual([undefined])
})

test.each([
  {
    because: 'the YAML is broken',
    text: 'clusters:\n- name: a\n  token: secret: x\n',
    says: 'is not valid YAML (line 3)',
  },
  {because: 'a key comes twice', text: 'users: []\nusers: []\n', says: 'repeats a key (line 2)'},
  {because: 'it is a list', text: '\n- secret\n', says: 'is not a kubeconfig: what starts at line 2 is not a mapping'},
  {because: 'it is text', text: 'secret', says: 'is not a kubeconfig: what starts at line 1 is not a mapping'},
  {because: 'a name comes twice', text: 'users: [{name: a}, {name: a}]', says: 'has two entries named "a" under users'},
  {
    because: 'its aliases explode',
    text: [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    ].join('\n'),
    says: 'has more YAML aliases than a kubeconfig needs',
  },
])('wrong usage, reported without quoting the file, where $because', async ({text, says}) => {
  const error = await parse(text).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HubspokeError)
  expect(error).toMatchObject({failureClass: 'usage', message: `The kubeconfig file /home/jane/.kube/config ${says}.`})
})

test('of several files, the first entry of a name and the first current context apply', async () => {
  const first = await parseKubeconfig(
    'clusters: [{name: c, cluster: {server: "https://one"}}]\ncontexts: [{name: b, context: {}}]',
    '/1',
  )
  const second = await parseKubeconfig(
    'current-context: b\nclusters: [{name: c, cluster: {server: "https://two"}}, {name: d, cluster: {server: "https://d"}}]\ncontexts: [{name: a, context: {}}, {name: b, context: {cluster: x}}]',
    '/2',
  )
  const third = await parseKubeconfig('current-context: a', '/3')
  const merged = mergeKubeconfigs([first, second, third])
  expect([...merged.clusters].map(([name, {server}]) => [name, server])).toEqual([
    ['c', 'https://one'],
    ['d', 'https://d'],
  ])
  expect([...merged.contexts.keys()]).toEqual(['b', 'a'])
  expect(merged.contexts.get('b')?.cluster).toBe('')
  expect(merged.currentContext).toBe('b')
})

test.each(['yes', 'y', 'on', 'True', 'TRUE'])('verification is turned off with %s, as in kubectl', async (value) => {
  const {clusters} = await parse(`clusters: [{name: a, cluster: {insecure-skip-tls-verify: ${value}}}]`)
  expect(clusters.get('a')).toMatchObject({skipTlsVerify: true})
  expect(clusters.get('a')?.problem).toBeUndefined()
})

test.each([
  {
    because: 'a quoted boolean',
    cluster: 'insecure-skip-tls-verify: "true"',
    says: 'its field insecure-skip-tls-verify is neither true nor false',
  },
  {
    because: 'a number for a boolean',
    cluster: 'insecure-skip-tls-verify: 1',
    says: 'its field insecure-skip-tls-verify is neither true nor false',
  },
  {because: 'a template in place of a server', cluster: 'server: {{SECRET}}', says: 'its field server is no text'},
  {because: 'a list in place of a proxy', cluster: 'proxy-url: [a]', says: 'its field proxy-url is no text'},
])('the problem of an entry names the unreadable field, and no value: $because', async ({cluster, says}) => {
  const text = `clusters: [{name: a, cluster: {${cluster}}}]\nusers: [{name: u, user: {token: {{SECRET}}}}]`
  const {clusters, users} = await parse(text)
  expect(clusters.get('a')).toMatchObject({problem: says, skipTlsVerify: false})
  expect(users.get('u')?.problem).toBe('its field token is no text')
})

test.each([
  {because: 'a merge of a number', text: 'users: [{name: a, user: {<<: 5, token: SECRET}}]'},
  {because: 'a second document', text: 'users: []\n---\nusers: []\n'},
  {because: 'twenty thousand brackets', text: '['.repeat(20_000)},
])('a file is wrong usage, and the file is not quoted: $because', async ({text}) => {
  await expect(parse(text)).rejects.toMatchObject({
    failureClass: 'usage',
    message: expect.not.stringContaining('SECRET'),
  })
})

test.each(['---\n', '---\n# nothing\n\n', '...\n'])('later documents may be empty: %j', async (rest) => {
  expect([...(await parse(`users: [{name: a, user: {}}]\n${rest}`)).users.keys()]).toEqual(['a'])
})
