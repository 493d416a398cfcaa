import {stripVTControlCharacters} from 'node:util'
import {describe, expect, test} from 'vitest'
import type {RunFacts} from '../model/run-facts.ts'
import type {WaveState} from '../model/wave.ts'
import {renderRunTable} from './run-table.ts'
import {summarizeRun} from './summarize.ts'
import {failed, failure, readInPart, reading, result, runFacts, scope, unreadable} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}
const pipe: ViewOptions = {...terminal, width: undefined}
const wide: ViewOptions = {...terminal, wide: true}
const render = (facts: Partial<RunFacts>, options = terminal) => renderRunTable(summarizeRun(runFacts(facts)), options)

const three = [
  reading('eu-west'),
  reading('us-east', {tier: 'cache', tierReason: 'asked for', cacheAgeMs: 180_000}),
  reading('ap-south'),
]
const stuck = failure(
  'rollout',
  'The rollout is stuck: container "app" of pod "web-5d9c7c9b8-x2x4q" cannot be started (ImagePullBackOff): Back-off pulling image "ghcr.io/acme/web:1.4.2".',
  'kubectl --context eu-west -n shop describe pod web-5d9c7c9b8-x2x4q',
)
const eight = [
  'eu-west/shop/Deployment/cart',
  'eu-west/pay/StatefulSet/ledger',
  'us-east/shop/Deployment/web',
  'us-east/shop/Deployment/cart',
  'us-east/pay/StatefulSet/ledger',
  'ap-south/shop/Deployment/web',
  'ap-south/shop/Deployment/cart',
  'ap-south/edge/DaemonSet/proxy',
].map((path) => result(path))
const nine = [failed('eu-west/shop/Deployment/web', stuck), ...eight]
const many = (count: number) => Array.from({length: count}, (_, index) => result(`eu-west/shop/Deployment/w-${index}`))

test('one failure among nine: what, where and why on top; what to type and the verdict at the end', () => {
  const contexts = three.map(({context}) => context.name)
  const text = render({readings: three, results: nine, scope: scope(contexts, {contextsLeftOut: ['lab', 'old']})})
  expect(text).toMatchInlineSnapshot(`
    "FAILED  eu-west/shop/Deployment/web  (rollout, 2m4s)
      The rollout is stuck: container "app" of pod "web-5d9c7c9b8-x2x4q" cannot be
      started (ImagePullBackOff): Back-off pulling image "ghcr.io/acme/web:1.4.2".

    OUTCOME    CONTEXT  NAMESPACE  WORKLOAD            TIME
    succeeded  eu-west  shop       Deployment/cart     4.2s
    succeeded  eu-west  pay        StatefulSet/ledger  4.2s
    succeeded  us-east  shop       Deployment/web      4.2s
    succeeded  us-east  shop       Deployment/cart     4.2s
    succeeded  us-east  pay        StatefulSet/ledger  4.2s
    … and 3 more succeeded; -o wide shows all.

    Total 9  Succeeded 8  Failed 1
    Failed: eu-west/shop/Deployment/web: ImagePullBackOff: The rollout is stuck: co…
    Run 20261124-030412-9f3a took 2m11s.
    Searched: Deployments, StatefulSets, DaemonSets; all namespaces; 3 contexts.
    Not searched: lab and old (not selected); Jobs, CronJobs, bare Pods, ReplicaSets
    without an owner, Argo Rollouts and other custom resources, ephemeral
    containers, image volumes.
    Source: scan (no image cache in this cluster) in 2 contexts; cache (asked for),
    3m old in 1 context. 27 requests; -o wide shows them by context.
    Next:
      kubectl --context eu-west -n shop describe pod web-5d9c7c9b8-x2x4q
      hubspoke runs retry 20261124-030412-9f3a
    Exit 1: 1 of 9 targets failed. Not included: workloads newer than the image
    cache (3m old); 2 contexts not selected.
    "
  `)
})

test('nothing is wider than the terminal unless it is a name', () => {
  const lines = render({readings: three, results: nine}).split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('a cluster that is down is told before the targets, with the command that shows why', () => {
  const problem = failure(
    'unreachable',
    'Cannot reach context "us-east".',
    'kubectl --context us-east get --raw /readyz',
  )
  const text = render({
    readings: [reading('eu-west'), unreadable('us-east', problem)],
    results: [result('eu-west/a/Deployment/b')],
  })
  expect(text).toMatch(/^NOT READ {2}us-east {2}\(unreachable\)\n {2}Cannot reach context "us-east"\.\n\nOUTCOME/)
  expect(text).toContain('Not searched: us-east (not read in full); Jobs')
  expect(text).toContain('Next:\n  kubectl --context us-east get --raw /readyz\nExit 4: Cannot reach 1 of 2 contexts')
})

test('a list that was refused is told with its kind and namespace', () => {
  const unread = {kind: 'StatefulSet', namespace: 'pay', failure: failure('forbidden', 'Not permitted.')} as const
  expect(render({readings: [readInPart('eu', unread)]})).toMatch(
    /^READ IN PART {2}eu: StatefulSets in namespace pay {2}\(forbidden\)/,
  )
})

test('an empty answer ends with what was looked at and what was not', () => {
  const facts = {
    readings: three,
    scope: scope(['eu-west', 'us-east', 'ap-south'], {kinds: ['Deployment'], namespaces: ['shop']}),
  }
  const text = render(facts)
  expect(text).toContain('Total 0  Succeeded 0  Failed 0\n')
  expect(text).toContain('Searched: Deployments; namespaces shop; 3 contexts.\n')
  expect(text).toContain('Not searched: other namespaces; StatefulSets, DaemonSets, Jobs')
  expect(text).toMatch(
    /Exit 3: Nothing runs [^\n]*\nNot included: workloads newer than the image cache \(3m old\); other namespaces;/,
  )
})

test('failures that say the same are one group, and every one of them is named', () => {
  const results = ['eu', 'us', 'ap'].map((context) =>
    failed(`${context}/shop/Deployment/web`, failure('unreachable', `The connection to ${context}:6443 was refused.`)),
  )
  const text = render({results})
  expect(text.match(/FAILED {2}/g)).toHaveLength(1)
  expect(text).toContain('FAILED  3 targets  (unreachable)\n  The connection to eu:6443 was refused.\n')
  for (const context of ['eu', 'us', 'ap']) expect(text).toContain(`\n    ${context}/shop/Deployment/web  2m4s\n`)
  expect(render({results}, wide)).toContain(
    'us/shop/Deployment/web  2m4s\n      The connection to us:6443 was refused.',
  )
})

test('the order is failed, unverified, stuck, not read, not run, skipped, done', () => {
  const text = render({
    readings: [unreadable('down', failure('timeout'))],
    stoppedBy: 'deadline',
    results: [
      result('eu/a/Deployment/done'),
      result('eu/a/Deployment/gone', 'skipped', {reason: 'It no longer runs the image.'}),
      result('eu/a/Deployment/later', 'not-run', {reason: 'The run stopped first.'}),
      result('eu/a/Deployment/off', 'skipped', {reason: 'It is paused.', failure: failure('not-restartable')}),
      result('eu/a/Deployment/maybe', 'unverified', {reason: 'accepted', failure: failure('rollout')}),
      failed('eu/a/Deployment/bad', stuck),
    ],
  })
  const places = [
    'FAILED',
    'UNVERIFIED',
    'SKIPPED  eu/a/Deployment/off',
    'NOT READ',
    'NOT RUN',
    'SKIPPED  eu/a/Deployment/gone',
    'succeeded',
  ]
  const found = places.map((word) => text.indexOf(word))
  expect(found).toEqual([...found].sort((a, b) => a - b))
  expect(found[0]).toBe(0)
  expect(text).toContain(
    'Total 6  Succeeded 1  Failed 1  Unverified 1  Not run 1  Skipped 2\nFailed: eu/a/Deployment/bad: ImagePullBackOff: The rollout',
  )
})

test('all failures are shown, and only some of what went well', () => {
  const bad = Array.from({length: 60}, (_, index) => failed(`eu-west/shop/Deployment/bad-${index}`, stuck))
  const text = render({results: [...bad, ...many(40)]})
  for (const {target} of bad) expect(text).toContain(`    ${target.label}  2m4s\n`)
  expect(text.match(/^succeeded /gm)).toHaveLength(5)
  expect(text).toContain('… and 35 more succeeded; -o wide shows all.')
  expect(text).toContain('\nFailed: … and 55 more; -o wide shows all.\n')
})

test.each([
  {count: 21, rows: 21, because: 'one row more takes no more room than saying so'},
  {count: 40, rows: 20, because: 'a calm run may fill a screen'},
])('$count targets that succeeded are $rows rows: $because', ({count, rows}) => {
  expect(render({results: many(count)}).match(/^succeeded /gm)).toHaveLength(rows)
})

test.each([
  {options: wide, name: '-o wide'},
  {options: pipe, name: 'a pipe'},
])('$name shows every row', ({options}) => {
  const results = [
    ...many(300),
    ...many(40).map((_, index) => result(`us/a/Deployment/w-${index}`, 'not-run', {reason: 'Stopped.'})),
  ]
  const text = render({results, stoppedBy: 'deadline'}, options)
  expect(text.match(/^succeeded /gm)).toHaveLength(300)
  expect(text.match(/^ {4}us\/a\/Deployment\/w-/gm)).toHaveLength(40)
  expect(text).not.toContain('… and')
})

test('in a pipe no sentence is broken', () => {
  expect(render({results: nine}, pipe)).toContain(`\n  ${stuck.message}\n`)
})

test('next commands come once each, the first of every group before the second of any', () => {
  const first = failure('rollout', 'It is stuck.', 'kubectl get a', 'kubectl get b')
  const other = failure('forbidden', 'Not permitted.', 'kubectl auth can-i', 'kubectl get b')
  const text = render({
    results: [
      failed('eu/a/Deployment/x', first),
      failed('us/a/Deployment/x', first),
      failed('us/a/Deployment/y', other),
    ],
  })
  expect(text).toContain('Next:\n  kubectl get a\n  kubectl auth can-i\n  kubectl get b\n  hubspoke runs retry')
})

test('no more than five commands, and it is said that there are more', () => {
  const results = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven'].map((word) =>
    failed(`eu/a/Deployment/${word.toLowerCase()}`, failure('rollout', `${word} went wrong.`, `kubectl get ${word}`)),
  )
  expect(render({results})).toContain(
    '  kubectl get Five\n  … and 2 more; -o json has them all.\n  hubspoke runs retry',
  )
})

test('each context names its source, age and cost', () => {
  const facts = {readings: three, results: eight}
  expect(render(facts)).toContain(
    'Source: scan (no image cache in this cluster) in 2 contexts; cache (asked for),\n3m old in 1 context. 27 requests',
  )
  const text = render(facts, {...terminal, wide: true})
  expect(text).toMatch(/eu-west +scan +- +312 +9 +47.1 KiB +no image cache in this cluster\n/)
  expect(text).toMatch(/us-east +cache +3m +312 +9 +47.1 KiB +asked for\n/)
})

test('colour only repeats what the words say', () => {
  const facts = {readings: three, results: nine}
  const colored = render(facts, {...terminal, color: true})
  expect(stripVTControlCharacters(colored)).toBe(render(facts))
  expect(colored).not.toBe(render(facts))
  expect(render(facts)).not.toContain('\x1b')
})

test('text from clusters goes through printable, all of it', () => {
  const evil = 'evil\x1b[2J'
  const problem = failure('rollout', `m${evil}`, `s${evil}`)
  const text = render(
    {
      id: `id${evil}`,
      arguments: {image: evil},
      results: [
        failed(`c${evil}/n${evil}/Deployment/w${evil}`, problem),
        result(`c${evil}/n${evil}/Deployment/v${evil}`, 'succeeded', {reason: evil}),
        result(`c${evil}/n${evil}/Deployment/u${evil}`, 'skipped', {reason: evil}),
      ],
      readings: [
        reading(`r${evil}`, {tierReason: evil}),
        unreadable(`u${evil}`, problem),
        readInPart(`p${evil}`, {kind: 'DaemonSet', namespace: evil, failure: problem}),
      ],
      scope: scope([evil], {namespaces: [evil], contextsLeftOut: [evil], selector: evil}),
    },
    {...wide, printable: (untrusted) => untrusted.replaceAll('\x1b', '?')},
  )
  expect(text).not.toContain('\x1b')
  expect(text.replaceAll('evil?', '')).not.toContain('evil')
})

test('a dry run shows what was planned and that nothing was written', () => {
  const results = ['a', 'b'].map((name) => result(`eu/shop/Deployment/${name}`, 'not-run', {reason: 'dry run'}))
  const text = render({results, dryRun: 'client'})
  expect(text).toMatch(/^OUTCOME .*\nplanned +eu +shop +Deployment\/a +-\n/)
  expect(text).toContain('Total 2  Succeeded 0  Failed 0  Planned 2\n')
  expect(text).not.toContain('not-run')
  expect(text).toContain('Exit 0: 2 targets planned, nothing was written (dry run).\n')
})

describe('waves', () => {
  const [canary, ...others] = [failed('eu-west/shop/Deployment/web', stuck), ...many(3)]
  const states = (...all: readonly WaveState[]) =>
    all.map((state, index) => ({targets: index === 0 ? [canary!.target] : others.map(({target}) => target), state}))

  test('have a column, and the failed name theirs', () => {
    const text = render({results: [canary!, ...others], waves: states('done', 'done')})
    expect(text).toMatch(/^FAILED {2}eu-west\/shop\/Deployment\/web {2}\(rollout, wave 1, 2m4s\)/)
    expect(text).toMatch(/OUTCOME +WAVE +CONTEXT/)
    expect(text).toMatch(/succeeded +2 +eu-west/)
    expect(render({results: others})).not.toContain('WAVE')
  })

  test.each([
    {waves: states('done', 'done'), says: 'All 2 waves are done.'},
    {waves: states('done'), says: 'Its only wave is done.'},
    {waves: states('stopped', 'not-started'), says: 'Stopped in wave 1 of 2 waves; 1 wave not started.'},
    {waves: states('not-started', 'not-started'), says: 'Stopped before the first of 2 waves; 2 waves not started.'},
  ])('$says', ({waves, says}) => {
    expect(render({results: [canary!, ...others], waves})).toContain(`\n${says}\n`)
    expect(render({results: others, waves, dryRun: 'client'})).not.toContain(says)
  })
})
