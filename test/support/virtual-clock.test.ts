import {once} from 'node:events'
import {mkdtemp, open, rm} from 'node:fs/promises'
import {connect, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createVirtualClock} from './virtual-clock.ts'

describe('a clock that the test moves', () => {
  test('stands still until it is moved', async () => {
    const clock = createVirtualClock({loopback: false})
    let woken = false
    void clock.sleep(10).then(() => {
      woken = true
    })
    await clock.advance(9)
    expect([clock.now(), woken, clock.sleepers]).toEqual([9, false, 1])
    await clock.advance(1)
    expect([clock.now(), woken, clock.sleepers]).toEqual([10, true, 0])
  })

  test('wakes each sleeper at its own time, and one that falls asleep again in between, too', async () => {
    const clock = createVirtualClock({loopback: false})
    const seen: string[] = []
    const ticker = async () => {
      for (let tick = 0; tick < 3; tick += 1) {
        await clock.sleep(10)
        seen.push(`tick at ${clock.now()}`)
      }
    }
    void ticker()
    void clock.sleep(15).then(() => seen.push(`other at ${clock.now()}`))
    await clock.advance(25)
    expect(seen).toEqual(['tick at 10', 'other at 15', 'tick at 20'])
    expect(clock.now()).toBe(25)
    expect(clock.slept).toEqual([10, 15, 10, 10])
  })

  test('ends a sleep at once when it is aborted', async () => {
    const clock = createVirtualClock({loopback: false})
    const controller = new AbortController()
    const sleep = clock.sleep(1_000, controller.signal)
    controller.abort()
    await sleep
    await clock.sleep(1_000, controller.signal)
    expect([clock.now(), clock.sleepers]).toEqual([0, 0])
  })

  test('tells the date of its start and what has passed since', async () => {
    const clock = createVirtualClock({loopback: false, start: new Date('2026-05-01T10:00:00Z')})
    await clock.advance(61_500)
    expect(clock.date().toISOString()).toBe('2026-05-01T10:01:01.500Z')
  })
})

describe('a clock that moves by itself', () => {
  test('goes from sleeper to sleeper', async () => {
    const clock = createVirtualClock({autoAdvance: true, loopback: false})
    await Promise.all([clock.sleep(3_600_000), clock.sleep(10)])
    expect(clock.now()).toBe(3_600_000)
    await clock.sleep(5)
    expect(clock.now()).toBe(3_600_005)
  })

  /** Where the clock stands when `work`, which takes many turns and never asks it, is done. */
  const timeAfter = async (work: () => Promise<void>) => {
    const clock = createVirtualClock({autoAdvance: true})
    const sleeper = new AbortController()
    void clock.sleep(60_000, sleeper.signal)
    await work()
    const now = clock.now()
    sleeper.abort()
    return now
  }

  test('does not go to a patient sleeper, who wakes when the time has come otherwise', async () => {
    const clock = createVirtualClock({autoAdvance: true, loopback: false})
    let woken = 0
    void clock.patient.sleep(1_000).then(() => {
      woken = clock.now()
    })
    await clock.sleep(100)
    await new Promise((resolve) => setImmediate(resolve))
    expect([clock.now(), woken]).toEqual([100, 0])
    await clock.sleep(2_000)
    expect([clock.now(), woken]).toEqual([2_100, 2_100])
    void clock.patient.sleep(1_000).then(() => {
      woken = clock.now()
    })
    await clock.advance(5_000)
    expect(woken).toBe(3_100)
  })

  test('lets a conversation over a socket finish first', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const now = await timeAfter(async () => {
      const socket = connect(port, '127.0.0.1')
      for (let round = 0; round < 1_000; round += 1) {
        socket.write(`round ${round}`)
        await once(socket, 'data')
      }
      socket.destroy()
    })
    server.close()
    expect(now).toBe(0)
  })

  test('lets work on a disk finish first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'virtual-clock-'))
    const file = await open(join(folder, 'file'), 'w')
    const now = await timeAfter(async () => {
      for (let round = 0; round < 40; round += 1) {
        await file.appendFile('x'.repeat(2_000_000))
        await file.truncate(0)
      }
    })
    await file.close()
    await rm(folder, {recursive: true})
    expect(now).toBe(0)
  })

  test('is not held up by a connection over which nothing goes', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
    await once(socket, 'connect')
    const clock = createVirtualClock({autoAdvance: true})
    await clock.sleep(60_000)
    socket.destroy()
    server.close()
    expect(clock.now()).toBe(60_000)
  })
})
