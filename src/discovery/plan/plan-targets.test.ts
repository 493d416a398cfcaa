import {describe, expect, test} from 'vitest'
import type {ClusterReading} from '../../model/cluster.ts'
import type {Target} from '../../model/target.ts'
import {workload} from '../testing/fake-cluster.ts'
import {planTargets} from './plan-targets.ts'

function reading(context: string, uid: string | undefined, ...places: readonly string[]): ClusterReading {
  const matches = places.map((place) => workload(place, 'web:1'))
  return {
    context: {name: context, server: `https://${context}.example`, namespace: 'default'},
    ...(uid !== undefined && {identity: {uid, isFallback: false}}),
    cost: {connections: 0, requests: 0, bytesRead: 0},
    workloadsRead: matches.length,
    matches: matches.map((match) => ({...match, matched: match.images})),
    unread: [],
  }
}

const plan = (readings: readonly ClusterReading[], namespaces: readonly string[] = []) =>
  planTargets(readings, {namespaces})

const labelOf = ({label}: Target) => label

describe('a plan', () => {
  test('has a target for every match', () => {
    expect(plan([reading('east', 'u1', 'shop/web')]).targets).toEqual([
      {
        type: 'workload',
        key: 'u1/shop/Deployment/web/uid-Deployment-shop-web',
        label: 'east/shop/Deployment/web',
        place: 'u1',
        via: 'east',
        clusterUid: 'u1',
        context: 'east',
        server: 'https://east.example',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        uid: 'uid-Deployment-shop-web',
        matched: [{container: 'c0', image: 'web:1', role: 'container'}],
      },
    ])
  })

  test('knows of each target what its list told, and nothing of those that no list has told of', () => {
    const replacement = {recreates: true, wanted: 1, awayAtOnce: 1, podLabels: {}}
    const traits = {owner: null, replacement}
    const read = reading('east', 'u1', 'shop/web', 'shop/api')
    const matches = read.matches.map((match) => (match.name === 'web' ? {...match, traits} : match))
    const planned = plan([{...read, matches}])
    expect([...planned.traits]).toEqual([['u1/shop/Deployment/web/uid-Deployment-shop-web', traits]])
    expect(planned.targets.some((target) => 'traits' in target)).toBe(false)
  })

  test('lets clusters take turns, in the order of their contexts', () => {
    const {targets} = plan([
      reading('big', 'u1', 'a/1', 'a/2', 'a/3', 'a/4'),
      reading('none', 'u2'),
      reading('small', 'u3', 'b/1'),
      reading('mid', 'u4', 'c/1', 'c/2'),
    ])
    expect(targets.map(labelOf)).toEqual([
      'big/a/Deployment/1',
      'small/b/Deployment/1',
      'mid/c/Deployment/1',
      'big/a/Deployment/2',
      'mid/c/Deployment/2',
      'big/a/Deployment/3',
      'big/a/Deployment/4',
    ])
  })

  test('of nothing is empty', () => {
    expect(plan([])).toEqual({targets: [], traits: new Map(), excluded: [], sameCluster: []})
    expect(plan([reading('dead', undefined)])).toEqual({targets: [], traits: new Map(), excluded: [], sameCluster: []})
  })

  test('never drops workloads that belong to nobody: that is a bug', () => {
    expect(() => plan([reading('odd', undefined, 'shop/web')])).toThrow('odd has workloads but no identity')
  })
})

describe('contexts of one cluster', () => {
  const readings = [
    reading('admin', 'u1', 'shop/web'),
    reading('other', 'u2', 'shop/web'),
    reading('team', 'u1', 'shop/web', 'team/web'),
  ]

  test('are grouped: each adds what it may read, and nobody is restarted twice', () => {
    expect(plan(readings).targets.map(labelOf)).toEqual([
      'admin/shop/Deployment/web',
      'other/shop/Deployment/web',
      'team/team/Deployment/web',
    ])
  })

  test('are named', () => {
    expect(plan(readings).sameCluster).toEqual([{clusterUid: 'u1', contexts: ['admin', 'team']}])
  })

  test('keep apart a workload and the one that had its name before', () => {
    const [first] = readings
    const recreated = {...reading('team', 'u1'), matches: first!.matches.map((match) => ({...match, uid: 'new'}))}
    expect(plan([first!, recreated]).targets).toHaveLength(2)
  })
})

describe('kube-system', () => {
  const readings = [reading('east', 'u1', 'kube-system/dns', 'shop/web'), reading('west', 'u2', 'shop/web')]

  test.each([
    {namespaces: [], because: 'nothing was said'},
    {namespaces: ['kube-*'], because: 'a glob is no word'},
    {namespaces: ['*'], because: 'a glob is no word'},
  ])('is left out and named: $because', ({namespaces}) => {
    const {targets, excluded} = plan(readings, namespaces)
    expect(targets.map(labelOf)).toEqual(['east/shop/Deployment/web', 'west/shop/Deployment/web'])
    expect(excluded.map(({target}) => target.label)).toEqual(['east/kube-system/Deployment/dns'])
  })

  test('is in the plan when it was said', () => {
    expect(plan(readings, ['shop', 'kube-system'])).toMatchObject({targets: {length: 3}, excluded: []})
  })
})
