import {describe, expect, test} from 'vitest'
import {done, open} from '../summary/testing/recorded.ts'
import type {RecordedTarget} from './recorded-run.ts'
import {chooseTargets, leftOpen} from './retry-choice.ts'

const web = 'eu/shop/Deployment/web'
const failure = {class: 'rejected', message: 'No.', suggestions: []} as const
const written = (target: RecordedTarget): RecordedTarget => ({...target, wrote: 'yes'})
const unwritten = (target: RecordedTarget): RecordedTarget => ({...target, wrote: 'no'})

describe('what a run left of a target', () => {
  test.each([
    {target: done(web, 'succeeded'), is: undefined, because: 'it is in the desired state'},
    {target: done(web, 'unchanged'), is: undefined, because: 'somebody restarted it later'},
    {target: done(web, 'skipped'), is: undefined, because: 'it is gone, or runs another image'},
    {target: done(web, 'skipped', {failure}), is: 'failed', because: 'somebody has to look'},
    {target: done(web, 'failed', {failure}), is: 'failed', because: 'that is its outcome'},
    {target: unwritten(done(web, 'failed', {failure})), is: 'failed', because: 'it was refused'},
    {target: done(web, 'unverified', {failure}), is: 'failed', because: 'its end was not seen'},
    {target: unwritten(done(web, 'not-run')), is: 'not-run', because: 'that is its outcome'},
    {target: written(done(web, 'not-run')), is: 'failed', because: 'an earlier invocation wrote it'},
    {target: open(web, 'planned'), is: 'not-run', because: 'no write was announced'},
    {
      target: open(web, 'planned', {wrote: 'maybe'}),
      is: 'failed',
      because: 'an earlier invocation may have written it',
    },
    {target: open(web, 'writing'), is: 'failed', because: 'the write may have arrived'},
    {target: open(web, 'written'), is: 'failed', because: 'its rollout was not seen to its end'},
    {target: open(web, 'retrying'), is: 'failed', because: 'a try of it failed'},
    {target: open(web, 'retrying', {wrote: 'maybe'}), is: 'failed', because: 'the write may have arrived'},
  ])('$target.state, written: $target.wrote, $target.result.outcome: $is, $because', ({target, is}) => {
    expect(leftOpen(target)).toBe(is)
  })
})

test('the two choices are two halves of all, in plan order', () => {
  const targets = [open('eu/a/Deployment/1', 'planned'), done(web), open('eu/a/Deployment/2', 'writing')]
  expect(chooseTargets(targets, 'not-run')).toEqual([targets[0]])
  expect(chooseTargets(targets, 'failed')).toEqual([targets[2]])
  expect(chooseTargets(targets, 'all')).toEqual([targets[0], targets[2]])
})
