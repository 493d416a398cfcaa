import {describe, expect, test} from 'vitest'
import type {JsonObject} from './json.ts'
import {strategicMerge} from './strategic-merge.ts'

const app = {name: 'app', image: 'app:1', env: [{name: 'A', value: '1'}]}
const proxy = {name: 'proxy', image: 'proxy:1'}
const pod = {containers: [app, proxy], tolerations: [{key: 'a'}], finalizers: ['x']}

describe('strategic merge patch', () => {
  test.each<{patch: JsonObject; expected: JsonObject; because: string}>([
    {
      patch: {containers: [{name: 'proxy', image: 'proxy:2'}]},
      expected: {...pod, containers: [app, {name: 'proxy', image: 'proxy:2'}]},
      because: 'containers merge by name, and keep their places',
    },
    {
      patch: {containers: [{name: 'app', env: [{name: 'B', value: '2'}]}]},
      expected: {
        ...pod,
        containers: [
          {
            ...app,
            env: [
              {name: 'B', value: '2'},
              {name: 'A', value: '1'},
            ],
          },
          proxy,
        ],
      },
      because: 'so do variables; new ones come first',
    },
    {
      patch: {
        containers: [
          {name: 'new', image: 'new:1'},
          {name: 'app', image: 'app:2'},
        ],
      },
      expected: {...pod, containers: [{name: 'new', image: 'new:1'}, {...app, image: 'app:2'}, proxy]},
      because: 'elements of the patch come in its order',
    },
    {
      patch: {containers: [{name: 'app', $patch: 'delete'}]},
      expected: {...pod, containers: [proxy]},
      because: 'an element can be deleted',
    },
    {
      patch: {containers: [{$patch: 'replace'}, {name: 'only', image: 'only:1'}]},
      expected: {...pod, containers: [{name: 'only', image: 'only:1'}]},
      because: 'a list can be replaced',
    },
    {
      patch: {$setElementOrder: null, '$setElementOrder/containers': [{name: 'proxy'}, {name: 'app'}], containers: []},
      expected: {...pod, containers: [proxy, app]},
      because: 'an order can be set',
    },
    {
      patch: {tolerations: [{key: 'b'}]},
      expected: {...pod, tolerations: [{key: 'b'}]},
      because: 'a list without a key is replaced',
    },
    {patch: {tolerations: null}, expected: {containers: [app, proxy], finalizers: ['x']}, because: 'null removes'},
    {patch: {finalizers: ['y', 'x']}, expected: {...pod, finalizers: ['x', 'y']}, because: 'sets are joined'},
    {
      patch: {'$deleteFromPrimitiveList/finalizers': ['x']},
      expected: {...pod, finalizers: []},
      because: 'and its elements removed',
    },
    {patch: {$retainKeys: ['finalizers']}, expected: {finalizers: ['x']}, because: 'all other keys can be dropped'},
    {patch: {$patch: 'replace', a: 1}, expected: {a: 1}, because: 'an object can be replaced'},
  ])('$because', ({patch, expected}) => {
    expect(strategicMerge(pod, patch)).toEqual(expected)
  })

  test('an element that the patch does not name stays before those that it preceded', () => {
    const list = (...names: readonly string[]): JsonObject => ({containers: names.map((name) => ({name}))})
    expect(strategicMerge(list('a', 'b', 'c', 'd'), list('d', 'b'))).toEqual(list('a', 'c', 'd', 'b'))
  })
})
