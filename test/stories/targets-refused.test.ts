import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {ErrorReport} from '../../src/model/error-report.ts'
import type {Ended} from '../support/run-command.ts'
import {type Fleet, image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const eu = [{name: 'eu', workloads: runningWeb('web')}]

/** A targets file with one target, and something about it changed. */
function document(change: object = {}, target: object | undefined = {}, more: readonly object[] = []): string {
  const one = {
    clusterUid: 'u-1',
    context: 'eu',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    uid: 'w-1',
    matched: [],
  }
  return JSON.stringify(
    {schemaVersion: 1, type: 'FindReport', workloads: [{...one, ...target}, ...more], ...change},
    null,
    2,
  )
}

const one = {clusterUid: 'u-1', context: 'eu', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'w-2'}
const deep = '['.repeat(200_000)

const refusals: readonly (readonly [what: string, content: string | Buffer, says: readonly string[]])[] = [
  ['nothing', '', ['There is nothing in']],
  ['blank lines', '\n \n', ['There is nothing in']],
  ['a sentence', 'restart everything please', ['line 1, column 1', 'not a document']],
  ['a list', '[{"name": "web"}]', ['line 1, column 1', 'not a document']],
  ['half a document', document().slice(0, 90), ['not valid JSON']],
  ['an invalid character', document().replace('"shop"', 'shop'), ['line 9, column 20', 'not valid JSON']],
  ['two JSON documents', document() + document(), ['line 15, column 2', 'more than one JSON document']],
  ['two YAML documents', 'type: FindReport\n---\ntype: FindReport\n', ['more than one YAML document']],
  ['a YAML error', 'type: FindReport\nworkloads: [\n', ['line 3']],
  ['another document', document({type: 'CheckReport'}), ['line 3, column 11', '"CheckReport" names no targets']],
  ['a document without a type', '{"workloads": []}', ['it has no "type"']],
  ['a type that every object has', document({type: 'constructor'}), ['"constructor" names no targets']],
  ['a later version', document({schemaVersion: 2}), ['line 2, column 20', '"schemaVersion" must be 1']],
  ['no version', document({schemaVersion: undefined}), ['"schemaVersion" must be 1']],
  ['a document without targets', document({workloads: undefined}), ['"workloads" must be the list of targets']],
  ['targets that are no list', document({workloads: {}}), ['line 4, column 16', 'must be the list of targets']],
  ['a target that is a text', document({workloads: ['web']}), ['line 5, column 5', 'must be an object']],
  ['a target without a name', document({}, {name: undefined}), ['line 5, column 5', 'has no "name"']],
  ['a target without a cluster', document({}, {clusterUid: undefined}), ['has no "clusterUid"']],
  ['a target with an empty cluster', document({}, {clusterUid: ''}), ['line 6, column 21', 'must not be empty']],
  ['a name that is a number', document({}, {name: 7}), ['line 10, column 15', '"name" must be a text']],
  ['a name in nested data', document({}, {name: {a: {b: 'web'}}}), ['line 10, column 15', '"name" must be a text']],
  ['a path for a name', document({}, {name: '../../secrets'}), ['line 10, column 15', 'is not a name of a Kubernetes']],
  ['a query for a namespace', document({}, {namespace: 'shop?x=1'}), ['line 9, column 20', 'namespace']],
  ['a Job', document({}, {kind: 'Job'}), ['line 8, column 15', 'is not one of Deployment']],
  ['a repository', document({}, {type: 'repository'}), ['this target is not a workload']],
  ['a long UID', document({}, {uid: 'x'.repeat(600)}), ['"uid" is longer than 512']],
  [
    'a target twice',
    document({}, {}, [one]),
    ['eu/shop/Deployment/web is twice', 'line 5, column 5 and line 14, column 5'],
  ],
  ['JSON that is nested deeply', deep, ['not valid JSON']],
  ['YAML that is nested deeply', `type: ${deep}`, ['nested too deeply']],
  ['aliases without end', `a: &a [x]\nb: &b [${'*a,'.repeat(200)}]\nc: [${'*b,'.repeat(200)}]\n`, ['too many aliases']],
  [
    'a line without a context',
    'shop/Deployment/web/eu\nshop/Deployment/web\n',
    ['line 2', 'NAMESPACE/KIND/NAME/CONTEXT'],
  ],
  ['a line with another kind', 'shop/Job/web/eu\n', ['line 1', 'is not one of Deployment']],
  ['a line with a path', 'shop/Deployment/..\u0000/eu\n', ['line 1', 'is not a name of a Kubernetes']],
  ['a line twice', 'shop/Deployment/web/eu\n\nshop/Deployment/web/eu\n', ['is twice in', 'line 1 and line 3']],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00]), ['not UTF-8']],
  ['more targets than possible', 'a/Deployment/b/c\n'.repeat(10_001), ['10001 targets', 'at most 10000']],
]

const run = ({shell}: Fleet, path: string) => shell.run('restart', image, '--targets', path, '--yes', '-o', 'json')
const messageOf = ({stdout}: Ended) => (JSON.parse(stdout) as ErrorReport).error.message

describe('a targets file is refused', () => {
  test('with file, line and column, before any cluster is asked', async () => {
    await using fleet = await openFleet(eu)
    for (const [what, content, says] of refusals) {
      const path = join(fleet.shell.home, 'targets')
      await writeFile(path, content)
      const ended = await run(fleet, path)
      for (const part of [...says, 'targets']) expect.soft(messageOf(ended), what).toContain(part)
      expect.soft(ended.exitCode, what).toBe(2)
    }
    expect(fleet.cluster('eu').requests()).toEqual([])
  })

  test('when it is not there, or is a folder', async () => {
    await using fleet = await openFleet(eu)
    expect(messageOf(await run(fleet, join(fleet.shell.home, 'none')))).toContain('There is no targets file')
    await mkdir(join(fleet.shell.home, 'folder'))
    expect(messageOf(await run(fleet, join(fleet.shell.home, 'folder')))).toContain('is a folder')
  })

  test('when it is too large, also through stdin', async () => {
    const large = `# ${'x'.repeat(33 * 1024 * 1024)}\n`
    await using fleet = await openFleet(eu, {stdin: () => large})
    const path = join(fleet.shell.home, 'targets')
    await writeFile(path, large)
    for (const from of [path, '-']) expect(messageOf(await run(fleet, from))).toContain('larger than 32 MiB')
  })

  test('foreign keys, and keys that every object has, change nothing', async () => {
    await using fleet = await openFleet(eu)
    const {stdout} = await fleet.shell.run('find', image, '-o', 'json')
    const path = join(fleet.shell.home, 'targets.json')
    const extra = '"__proto__": {"kind": "Job"}, "labels": {"a": ["b"]},'
    await writeFile(path, stdout.replaceAll('"clusterUid":', `${extra} "clusterUid":`))
    expect((await run(fleet, path)).exitCode).toBe(0)
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/web'])
  })
})
