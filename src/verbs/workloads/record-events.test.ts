import {expect, test} from 'vitest'
import {targetOf} from '../../../test/support/distribution/target.ts'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import type {Events} from '../../kube/ports/events.ts'
import type {HubEvent} from '../../model/event.ts'
import {HubspokeError} from '../../model/failure.ts'
import {createEventRecorder} from './record-events.ts'

const eventText = {key: 'k', reason: 'Restarted', message: 'Restarted.'}

function scene(record: Events['record']) {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const asked: string[] = []
  const said: HubEvent[] = []
  const events = (context: string): Events => ({
    record(event, signal) {
      asked.push(`${context}/${event.workload.name}`)
      return record(event, signal)
    },
  })
  const eventRecorder = createEventRecorder({events, host: 'laptop-7', clock, onEvent: (event) => said.push(event)})
  return {eventRecorder, asked, said}
}

const flush = () => new Promise((resolve) => setImmediate(resolve))

test('where Events are forbidden, it is said once per cluster and not tried again', async () => {
  const {eventRecorder, asked, said} = scene(() => Promise.reject(new HubspokeError('forbidden', 'May not.')))
  eventRecorder.record(targetOf('web', 'eu'), eventText)
  await flush()
  eventRecorder.record(targetOf('api', 'eu'), eventText)
  eventRecorder.record(targetOf('web', 'us'), eventText)
  await eventRecorder.settled()
  expect(asked).toEqual(['eu/web', 'us/web'])
  expect(said.map(({type}) => type)).toEqual(['detail', 'detail'])
})

test('a server that does not answer is not waited for', async () => {
  const {eventRecorder, asked} = scene(() => new Promise(() => undefined))
  eventRecorder.record(targetOf('web', 'eu'), eventText)
  await eventRecorder.settled()
  expect(asked).toEqual(['eu/web'])
})

test('what is on its way at the end is waited for', async () => {
  let recorded = 0
  const {eventRecorder} = scene(async () => {
    await flush()
    recorded += 1
  })
  eventRecorder.record(targetOf('web', 'eu'), eventText)
  await eventRecorder.settled()
  expect(recorded).toBe(1)
})
