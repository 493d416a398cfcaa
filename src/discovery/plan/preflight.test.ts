import {describe, expect, test} from 'vitest'
import type {AccessQuestion} from '../../kube/ports/access-reviews.ts'
import type {HubEvent} from '../../model/event.ts'
import {HubspokeError} from '../../model/failure.ts'
import {workloadResource} from '../../model/permission.ts'
import type {ContextGroup} from '../../model/planned.ts'
import {type WorkloadTarget, workloadTarget} from '../../model/workload-target.ts'
import {fakeCluster, hang, questionText, workload} from '../testing/fake-cluster.ts'
import {type PreflightDeps, preflight} from './preflight.ts'

type Answer = boolean | Error | Promise<boolean>

function target(context: string, place: string, clusterUid = `uid-${context}`): WorkloadTarget {
  const {images, ...identity} = workload(place, 'web:1')
  return workloadTarget({...identity, matched: images, clusterUid, context, server: `https://${context}.example`})
}

async function check(
  targets: readonly WorkloadTarget[],
  answer: (context: string, question: string) => Answer,
  {sameCluster = [], ...more}: Partial<PreflightDeps> & {sameCluster?: readonly ContextGroup[]} = {},
) {
  const asked: string[] = []
  const events: HubEvent[] = []
  const open = (context: string) => ({
    ...fakeCluster({context}),
    access: {
      whoAmI: async () => 'ada',
      async mayI(question: AccessQuestion) {
        asked.push(`${context}: ${questionText(question)}`)
        const answered = answer(context, questionText(question))
        if (answered instanceof Error) throw answered
        return answered
      },
    },
  })
  const deps = {
    open,
    onEvent: (event: HubEvent) => events.push(event),
    signal: new AbortController().signal,
    needs: ({kind}: WorkloadTarget) => [{verb: 'patch', group: 'apps', resource: workloadResource(kind)} as const],
    ...more,
  }
  return {...(await preflight({targets, sameCluster}, deps)), asked, events}
}

const shop = [target('east', 'shop/web'), target('east', 'shop/api'), target('east', 'blog/web')]

describe('preflight', () => {
  test('asks once per verb and kind, without a namespace, where that is allowed', async () => {
    const all = [
      ...shop,
      target('east', 'DaemonSet/shop/agent'),
      target('east', 'StatefulSet/shop/db'),
      target('west', 'shop/web'),
    ]
    const {asked, refusals, targets} = await check(all, () => true)
    expect(asked.toSorted()).toEqual([
      'east: patch daemonsets.apps',
      'east: patch deployments.apps',
      'east: patch statefulsets.apps',
      'west: patch deployments.apps',
    ])
    expect(refusals.size).toBe(0)
    expect(targets).toEqual(all)
  })

  test('asks once per namespace of the plan where that is denied', async () => {
    const {asked, refusals} = await check(shop, (_, question) => question.endsWith(' in shop'))
    expect(asked).toEqual([
      'east: patch deployments.apps',
      'east: patch deployments.apps in shop',
      'east: patch deployments.apps in blog',
      'east: patch deployments.apps in blog named web',
    ])
    expect([...refusals]).toEqual([
      [
        shop[2]!.key,
        {
          class: 'forbidden',
          message: 'Context "east" may not patch deployments.apps in namespace "blog".',
          suggestions: ['kubectl --context east auth can-i patch deployments.apps -n blog'],
        },
      ],
    ])
  })

  test('asks once per target where that is denied, too, as a role may allow single objects by name', async () => {
    const {asked, refusals} = await check(shop, (_, question) => question.endsWith(' in shop named api'))
    expect(asked).toContain('east: patch deployments.apps in shop named web')
    expect([...refusals.keys()]).toEqual([shop[0]!.key, shop[2]!.key])
  })

  test('asks about no more than 500 targets by name, 20 at once; the others are not refused, which is said', async () => {
    const many = Array.from({length: 600}, (_, index) => target('east', `shop/web-${index}`))
    let running = 0
    let most = 0
    const answer = async (question: string) => {
      if (!question.includes(' named ')) return false
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return false
    }
    const {asked, refusals, events} = await check(many, (_, question) => answer(question))
    expect([asked.length, most, refusals.size]).toEqual([502, 20, 500])
    expect(events).toEqual([
      {
        type: 'notice',
        message:
          'More than 500 permissions by name of context "east": the others were not checked; the server decides when they are written.',
      },
    ])
  })

  test('keeps refused targets in the plan, in their place', async () => {
    const {targets, refusals} = await check(shop, () => false)
    expect(targets).toEqual(shop)
    expect([...refusals.keys()]).toEqual(shop.map(({key}) => key))
  })

  test('asks for everything that a spoke needs, and names the first thing that is denied', async () => {
    const needs = () => [
      {verb: 'get', group: '', resource: 'pods'} as const,
      {verb: 'patch', group: 'apps', resource: 'statefulsets'} as const,
    ]
    const {refusals} = await check([shop[0]!], (_, question) => question.startsWith('get'), {needs})
    expect([...refusals.values()][0]?.message).toBe(
      'Context "east" may not patch statefulsets.apps in namespace "shop".',
    )
    expect((await check([shop[0]!], () => false, {needs})).asked).toEqual([
      'east: get pods',
      'east: get pods in shop',
      'east: get pods in shop named web',
    ])
  })

  test('asks nothing about an empty plan', async () => {
    expect(await check([], () => false)).toMatchObject({targets: [], asked: [], events: []})
  })
})

describe('several contexts of one cluster', () => {
  const sameCluster = [{clusterUid: 'u1', contexts: ['reader', 'writer', 'last']}]
  const read = [
    target('reader', 'shop/web', 'u1'),
    target('reader', 'blog/web', 'u1'),
    target('alone', 'shop/web', 'u2'),
  ]

  test('a target is given to the first that may act on it', async () => {
    const {targets, refusals} = await check(read, (context) => context === 'writer' || context === 'last', {
      sameCluster,
    })
    expect(targets.map(({label}) => label)).toEqual([
      'writer/shop/Deployment/web',
      'writer/blog/Deployment/web',
      'alone/shop/Deployment/web',
    ])
    expect([...refusals.keys()]).toEqual([read[2]!.key])
  })

  test('the ledger then has the server of that context', async () => {
    const {targets} = await check(read, (context) => context !== 'reader', {sameCluster})
    expect(targets.map(({server}) => server)).toEqual([
      'https://writer.example',
      'https://writer.example',
      'https://alone.example',
    ])
  })

  test('what none of them may do is refused in the name of the first', async () => {
    const {targets, refusals} = await check(read, () => false, {sameCluster})
    expect(targets).toEqual(read)
    expect(refusals.get(read[0]!.key)?.message).toContain('"reader"')
  })

  test('the others are not asked where the first may', async () => {
    const {asked} = await check(read.slice(0, 2), () => true, {sameCluster})
    expect(asked).toEqual(['reader: patch deployments.apps'])
  })
})

describe('a question without an answer', () => {
  test('refuses nobody, and is said once per context', async () => {
    const broken = new HubspokeError('server-error', 'Internal error.', {status: 500})
    const all = [...shop, target('east', 'DaemonSet/shop/agent'), target('west', 'shop/web')]
    const {refusals, events} = await check(all, (context) => (context === 'east' ? broken : false))
    expect([...refusals.keys()]).toEqual([all[4]!.key])
    expect(events).toEqual([
      {
        type: 'notice',
        message:
          'Permissions of context "east" could not be checked; the server decides at each write: Internal error.',
      },
    ])
  })

  test('because of a bug is a bug', async () => {
    await expect(check(shop, () => new TypeError('oops'))).rejects.toThrow(TypeError)
  })

  test('because the run was stopped holds nobody up', async () => {
    const signal = AbortSignal.abort()
    const {refusals, events} = await check(shop, () => hang(new AbortController().signal), {signal})
    expect([refusals.size, events]).toEqual([0, []])
  })
})
