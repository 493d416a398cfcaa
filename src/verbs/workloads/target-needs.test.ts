import {expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {targetNeeds} from './target-needs.ts'

test('what a restart cannot do without on a target, by its kind; that it may be listed is known by then', () => {
  expect(targetNeeds('restart')(targetOf('web', 'eu', {kind: 'StatefulSet'}))).toEqual([
    {verb: 'get', group: 'apps', resource: 'statefulsets'},
    {verb: 'patch', group: 'apps', resource: 'statefulsets'},
  ])
  expect(targetNeeds('find')(targetOf())).toEqual([])
})
