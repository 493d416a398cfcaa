import {expect, test} from 'vitest'
import type {HubEvent} from '../model/event.ts'
import {workloadTarget} from '../model/workload-target.ts'
import {fitFrame, frameOf} from './live-frame.ts'
import {createProgressModel} from './progress-model.ts'
import {finished, planned, read, started, stuck, target} from './testing/events.ts'

function frame(fit: {rows: number; below: number}, ...events: HubEvent[]) {
  const model = createProgressModel()
  for (const event of events) model.apply(event)
  return frameOf(model.view(), fit)
}

const roomy = fitFrame(24)
const clusters = (count: number) => Array.from({length: count}, (_, index) => `c${index}`)

test.each([3, 5, 8, 10, 24, 60])('a frame in %d terminal rows leaves a line for the cursor', (rows) => {
  const fit = fitFrame(rows)
  const many = clusters(40).map((name) => `${name}/shop/web`)
  const trouble = clusters(9).map((name) => finished(`${name}/shop/web`, 'failed', {failure: stuck}))
  const {rows: drawn, below} = frame(fit, planned(...many), ...trouble)
  expect(drawn.length + 1 + below.length).toBeLessThan(rows)
  expect(drawn.length).toBeLessThanOrEqual(12)
})

test('each cluster has a row, in the order of the plan; the totals come last', () => {
  const {rows, totals, below} = frame(
    roomy,
    planned('eu-west/shop/web', 'eu-west/shop/cart', 'us/shop/web'),
    started('eu-west/shop/web'),
    started('us/shop/web'),
    finished('us/shop/web', 'failed', {failure: stuck}),
  )
  expect(rows).toEqual([
    {text: 'eu-west  0 of 2 done, 1 rolling', state: 'active'},
    {text: 'us       0 of 1 done, 1 in trouble', state: 'trouble'},
  ])
  expect(totals).toEqual({text: 'Total    0 of 3 done, 1 rolling, 1 in trouble', state: 'active'})
  expect(below).toEqual(['us/shop/Deployment/web FAILED: It is stuck.'])
})

test('more clusters than rows: the last row summarises the others, and no target is lost', () => {
  const plan = planned(...clusters(30).map((name) => `${name}/shop/web`))
  const ended = clusters(30)
    .slice(15)
    .map((name) => finished(`${name}/shop/web`, 'succeeded'))
  const {rows} = frame(roomy, plan, ...ended)
  expect(rows).toHaveLength(12)
  expect(rows.at(-1)).toEqual({text: '19 more clusters  15 of 19 done', state: 'active'})
})

test('a cluster is done when every target is, also in a run that was stopped', () => {
  const {rows, totals} = frame(
    roomy,
    planned('eu/shop/web', 'eu/shop/cart'),
    {type: 'stopping', reason: 'SIGINT'},
    finished('eu/shop/web', 'succeeded'),
    finished('eu/shop/cart', 'not-run'),
  )
  expect(rows).toEqual([{text: 'eu     1 of 2 done, 1 not run', state: 'done'}])
  expect(totals.text).toBe('Stopping (SIGINT): 1 of 2 done, 1 not run')
})

test('discovery shows how many contexts answered, and which did not', () => {
  const contexts = clusters(8)
  const start: HubEvent = {type: 'discovery-started', contexts}
  expect(frame(roomy, start)).toEqual({
    rows: [],
    totals: {text: 'Read 0 of 8 contexts', state: 'active'},
    below: [],
  })
  expect(frame(roomy, start, read('c0'), read('c1', {problem: stuck}))).toEqual({
    rows: [],
    totals: {text: 'Read 2 of 8 contexts, 1 not in full', state: 'active'},
    below: ['c1 NOT READ: It is stuck.', 'waiting for c2, c3, c4, c5, c6 …'],
  })
})

test('every text is one safe line', () => {
  const {rows, totals, below} = frame(
    roomy,
    planned('e\x1b[2Ju/shop/web'),
    {type: 'stopping', reason: 'x\ny'},
    {type: 'notice', message: 'a\nb\x1b[31m'},
  )
  const texts = [...rows.map(({text}) => text), totals.text, ...below]
  expect(texts.join('')).not.toMatch(/\p{Cc}/u)
})

test('the totals show which wave runs or has ended, and the line below shows what the next one waits for', () => {
  const place = {wave: 2, of: 4}
  const running = frame(roomy, planned('eu/shop/web'), {type: 'wave-started', ...place, targets: 1})
  expect(running.totals.text).toBe('Total  0 of 1 done; wave 2 of 4')
  const waiting: HubEvent = {type: 'wave-waiting', ...place, message: 'eu/shop/web: fault'}
  const paused = frame(roomy, planned('eu/shop/web'), {type: 'wave-paused', ...place, ms: 90_000}, waiting)
  expect(paused.totals.text).toBe('Total  0 of 1 done; next wave in 1m30s (2 of 4 ended)')
  expect(paused.below).toEqual(['wave 3 waits for health: eu/shop/web: fault'])
})

test('long names of contexts leave room for the reason of a failure', () => {
  const context = 'arn:aws:eks:eu-west-1:123456789012:cluster/prod-eu'
  const model = createProgressModel()
  const checkout = workloadTarget({...target('eu/shop/checkout'), context})
  model.apply({type: 'discovery-started', contexts: [context, context.replace('prod-eu', 'prod-us')]})
  model.apply({type: 'distribution-started', runId: '20261124-030405-9f3a', plan: [checkout]})
  model.apply({type: 'target-trouble', target: checkout, reason: 'ImagePullBackOff', message: 'ImagePullBackOff'})
  const {rows, below} = frameOf(model.view(), {rows: 5, below: 3})
  expect(rows[0]?.text).toMatch(/^…\/prod-eu {2}0 of 1 done/)
  expect(below).toEqual(['…/prod-eu/shop/Deployment/checkout: ImagePullBackOff'])
})
