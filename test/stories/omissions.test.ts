import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {WorkloadSpec} from '../../src/sandbox/spec.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'
import type {LedgerReport, RunReport} from '../support/workload-documents.ts'

const dns: WorkloadSpec = {namespace: 'kube-system', name: 'dns', image: 'coredns:1', replicas: 1}
const proxy: WorkloadSpec = {kind: 'DaemonSet', namespace: 'kube-system', name: 'proxy', image: `${image}:1.0`}
const clusters = [
  {name: 'eu', workloads: [...runningWeb('web'), dns, proxy], contexts: [{name: 'eu-admin'}]},
  {name: 'lab', workloads: runningWeb('web')},
]

/** Every way in which a run can be made smaller, the flags that do so, and the words of its verdict. */
const ways = [
  {
    what: 'only kube-system runs it',
    words: ['coredns', '-c', 'eu'],
    verdict:
      /^1 workload runs "coredns" but is excluded\. Not included: 1 workload in kube-system \(-n kube-system includes it\)/,
    exitCode: 3,
  },
  {
    what: 'only kube-system runs it, and nothing is success',
    words: ['coredns', '-c', 'eu', '--allow-empty'],
    verdict: /^1 workload runs "coredns" but is excluded; .* Not included: 1 workload in kube-system/,
    exitCode: 0,
  },
  {
    what: 'only kube-system runs it, which a glob does not name',
    words: ['coredns', '-c', 'eu', '-n', 'kube-*'],
    verdict: /^1 workload runs "coredns" but is excluded\./,
    exitCode: 3,
  },
  {
    what: 'one in kube-system, another elsewhere',
    words: [image, '-c', 'eu'],
    verdict: /^The only target succeeded\. Not included: 1 workload in kube-system/,
    exitCode: 0,
  },
  {
    what: 'two contexts of one cluster',
    words: [image, '-c', 'eu', '-c', 'eu-admin'],
    verdict: /Not included: .*context eu-admin, the same cluster as eu/,
    exitCode: 0,
  },
  {what: 'a context that is not selected', words: [image, '-c', 'eu*'], verdict: /1 context not selected/, exitCode: 0},
  {what: 'namespaces', words: [image, '-c', 'lab', '-n', 'shop'], verdict: /; other namespaces/, exitCode: 0},
  {what: 'kinds', words: [image, '-c', 'lab', '--kind', 'deploy'], verdict: /StatefulSets and DaemonSets/, exitCode: 0},
] as const

describe.each(ways)('$what', ({words, verdict, exitCode}) => {
  const typed = ['restart', ...words, '--yes', '--no-wait', '-q']

  test('is in the verdict of every format, also with -q, and nothing is said to run nowhere that runs', async () => {
    await using fleet = await openFleet(clusters)
    for (const format of ['json', 'yaml', 'junit', 'table', 'wide', 'name']) {
      const ended = await fleet.shell.run(...typed, '-o', format)
      expect(ended.exitCode, format).toBe(exitCode)
      const said = format === 'name' ? ended.stderr : ended.stdout
      const sentence = format === 'json' ? (ended.document() as RunReport).verdict.sentence : undefined
      if (sentence !== undefined) expect(sentence.replace('was accepted, not waited for', 'succeeded')).toMatch(verdict)
      expect(said.replaceAll('&quot;', '"'), format).toContain('Not included: ')
      expect(said, format).not.toContain('Nothing runs')
    }
  })
})

test('what is excluded is named in the document, with the flag that includes it', async () => {
  await using fleet = await openFleet(clusters)
  const {document} = await fleet.shell.run('restart', 'coredns', '-c', 'eu', '--yes', '-q', '-o', 'json')
  const {excluded, results} = document() as RunReport
  expect(results).toEqual([])
  expect(excluded).toMatchObject([
    {
      context: 'eu',
      clusterUid: fleet.cluster('eu').uid,
      kind: 'Deployment',
      namespace: 'kube-system',
      name: 'dns',
      reason: 'in kube-system',
      include: '-n kube-system',
    },
  ])
})

test('check and the cache commands say which contexts were not selected', async () => {
  await using fleet = await openFleet(clusters)
  for (const command of [['check'], ['cache', 'show'], ['cache', 'refresh', '--yes']]) {
    const ended = await fleet.shell.run(...command, '-c', 'eu*', '-o', 'json')
    expect(ended.document()).toMatchObject({
      contextsLeftOut: ['lab'],
      verdict: {sentence: expect.stringContaining('Not included: 1 context not selected')},
    })
    const {stdout} = await fleet.shell.run(...command, '-c', 'eu*')
    expect(stdout).toContain('Not included: lab (not selected).')
  }
})

test('runs show tells it of a past run, in every format', async () => {
  await using fleet = await openFleet(clusters)
  await fleet.shell.run('restart', image, '-c', 'eu', '-c', 'eu-admin', '--yes', '--no-wait')
  const {document} = await fleet.shell.run('runs', 'show', 'last', '-o', 'json')
  const report = document() as LedgerReport
  expect(report.excluded).toMatchObject([{namespace: 'kube-system', name: 'proxy', include: '-n kube-system'}])
  expect(report.sameCluster).toEqual([['eu', 'eu-admin']])
  expect(report.scope?.contextsLeftOut).toEqual(['lab'])
  const clauses = ['1 workload in kube-system', 'context eu-admin, the same cluster as eu', '1 context not selected']
  for (const clause of clauses) expect(report.verdict.sentence).toContain(clause)
  for (const format of ['table', 'wide', 'yaml']) {
    const {stdout} = await fleet.shell.run('runs', 'show', 'last', '-o', format)
    for (const clause of clauses) expect(stdout.replaceAll(/\s+/g, ' '), format).toContain(clause)
  }
  expect((await fleet.shell.run('runs', 'show', 'last', '-o', 'tsv')).stdout).toMatch(/\tproxy\texcluded\t/)
})

describe('a run whose targets are named, by a ledger or by a file, claims no search', () => {
  const refused = {type: 'answer', status: 422, verb: 'patch', name: 'web', message: 'No.', times: 1} as const
  const flat = (text: string) => text.replace(/\s+/g, ' ')

  test.each([
    {words: () => ['undo', '--run', 'last'], named: /the targets are those of the run \d{8}-\d{6}-[\da-f]{4}\./},
    {words: () => ['runs', 'retry', 'last'], named: /the targets are those of the run \d{8}-\d{6}-[\da-f]{4}\./},
    {
      words: (path: string) => ['restart', image, '--targets', path],
      named: /the targets are those of "[^"]*targets\.txt"\./,
    },
  ])('$named', async ({words, named}) => {
    await using fleet = await openFleet([{name: 'eu', workloads: runningWeb('cart', 'web'), trouble: [refused]}])
    await fleet.shell.run('restart', image, '--all-contexts', '--yes')
    const {stdout: names} = await fleet.shell.run('find', image, '-o', 'name')
    const path = join(fleet.shell.home, 'targets.txt')
    await writeFile(path, names)
    await fleet.clock.advance(60_000)
    const ended = await fleet.shell.run(...words(path), '--yes', '-o', 'table')
    const {stdout: shown} = await fleet.shell.run('runs', 'show', 'last')
    const {stdout: document} = await fleet.shell.run('runs', 'show', 'last', '-o', 'json')
    expect(flat(ended.stderr)).toMatch(named)
    expect(flat(ended.stdout)).toMatch(named)
    for (const said of [ended.stderr, ended.stdout, shown, document]) {
      expect(flat(said)).not.toMatch(/Not searched:|other namespaces|StatefulSets and DaemonSets/)
    }
  })
})
