import {expect, test} from 'vitest'
import {groupTroubles, sentenceShape} from './group-troubles.ts'

const trouble = (name: string, message: string, failureClass = 'rollout') => ({
  name,
  class: failureClass,
  message,
  note: '',
  suggestions: [],
})

const sameShape: readonly {a: [string, string]; b: [string, string]; because: string}[] = [
  {
    a: ['eu', 'The connection to 10.0.0.1:6443 was refused.'],
    b: ['us', 'The connection to 10.0.0.2:6443 was refused.'],
    because: 'addresses differ',
  },
  {
    a: ['eu/shop/Deployment/web', 'Cannot reach https://eu.example: no route.'],
    b: ['us/shop/Deployment/web', 'Cannot reach https://us.example: no route.'],
    because: 'servers differ',
  },
  {
    a: ['eu/shop/Deployment/web', 'Container "app" of pod "web-5d9c-x2" cannot be started (ImagePullBackOff).'],
    b: ['us/pay/Deployment/api', 'Container "api" of pod "api-77b4-aa" cannot be started (ImagePullBackOff).'],
    because: 'names in quotes differ',
  },
  {
    a: ['eu/shop/Deployment/web', 'Deployment web in shop is paused.'],
    b: ['us/pay/Deployment/api', 'Deployment api in pay is paused.'],
    because: "a sentence may name its own target's parts",
  },
  {
    a: ['eu/shop/Deployment/web', '1 of 3 pods are ready after 10m.'],
    b: ['eu/shop/Deployment/api', '2 of 5 pods are ready after 12m.'],
    because: 'counts and times differ',
  },
]

test.each(sameShape)('one group: $because', ({a, b}) => {
  expect(groupTroubles([trouble(...a), trouble(...b)])).toHaveLength(1)
})

test.each([
  {a: 'Pod "a" waits: "ImagePullBackOff".', b: 'Pod "a" waits: "CrashLoopBackOff".', because: 'reasons of Kubernetes'},
  {a: 'The rollout is stuck.', b: 'The quota is exceeded.', because: 'different sentences'},
])('two groups: $because', ({a, b}) => {
  expect(groupTroubles([trouble('eu', a), trouble('us', b)])).toHaveLength(2)
})

test('equal sentences of two classes are two groups', () => {
  expect(groupTroubles([trouble('eu', 'No.', 'forbidden'), trouble('us', 'No.', 'rejected')])).toHaveLength(2)
})

test('the largest group comes first, and every trouble keeps its place in it', () => {
  const groups = groupTroubles([
    trouble('a', 'One thing.'),
    trouble('b', 'Pod "x" is lost.'),
    trouble('c', 'Pod "y" is lost.'),
  ])
  expect(groups.map(({troubles}) => troubles.map(({name}) => name))).toEqual([['b', 'c'], ['a']])
})

test('a shape keeps the words of the sentence', () => {
  const message = 'Cannot reach context "eu" at https://eu.example:6443: the connection was refused.'
  expect(sentenceShape({name: 'eu', message})).toBe('Cannot reach context "…" at … the connection was refused.')
})
