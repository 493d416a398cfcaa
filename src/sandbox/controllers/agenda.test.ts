import {describe, expect, test} from 'vitest'
import {createVirtualClock} from '../../../test/support/virtual-clock.ts'
import {Agenda} from './agenda.ts'

const open = () => {
  const clock = createVirtualClock({loopback: false})
  const done: string[] = []
  const agenda = new Agenda(clock)
  const note = (text: string) => () => done.push(`${text} at ${clock.now()}`)
  return {clock, done, agenda, note}
}

describe('the agenda', () => {
  test('runs each task at its time, and tasks of one time in the order in which they were added', async () => {
    const {clock, done, agenda, note} = open()
    const end = new AbortController()
    agenda.after(20, note('late'))
    agenda.after(10, note('first'))
    agenda.after(10, note('second'))
    const running = agenda.run(end.signal)
    await clock.advance(25)
    expect(done).toEqual(['first at 10', 'second at 10', 'late at 20'])
    end.abort()
    await running
  })

  test('is not delayed by tasks that are due later', async () => {
    const {clock, done, agenda, note} = open()
    const end = new AbortController()
    agenda.after(1000, note('late'))
    const running = agenda.run(end.signal)
    await clock.advance(10)
    agenda.after(5, note('early'))
    await clock.advance(10)
    expect(done).toEqual(['early at 15'])
    end.abort()
    await running
  })

  test('runs tasks that tasks add, also immediate ones', async () => {
    const {clock, done, agenda, note} = open()
    const end = new AbortController()
    agenda.after(10, () => {
      agenda.after(0, note('at once'))
      agenda.after(10, note('later'))
    })
    const running = agenda.run(end.signal)
    await clock.advance(30)
    expect(done).toEqual(['at once at 10', 'later at 20'])
    end.abort()
    await running
  })

  test('drops cancelled tasks', async () => {
    const {done, agenda, note} = open()
    const callOff = agenda.after(0, note('never'))
    agenda.after(0, note('yes'))
    callOff()
    agenda.settle()
    expect(done).toEqual(['yes at 0'])
  })

  test('runs due tasks with `settle` and no others, while it is not running', () => {
    const {done, agenda, note} = open()
    agenda.after(0, () => agenda.after(0, note('due')))
    agenda.after(1, note('not due'))
    agenda.settle()
    expect(done).toEqual(['due at 0'])
  })

  test('leaves no sleeper when it ends', async () => {
    const {clock, agenda, note} = open()
    const end = new AbortController()
    agenda.after(1000, note('never'))
    const running = agenda.run(end.signal)
    await clock.advance(1)
    expect(clock.sleepers).toBe(1)
    end.abort()
    await running
    expect(clock.sleepers).toBe(0)
  })
})
