import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {type ConnectionCounter, startConnectionCounter} from './connection-counter.ts'

/** An echo server. */
let echo: Server
let counter: ConnectionCounter
const clients: Socket[] = []

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  counter = await startConnectionCounter(`https://127.0.0.1:${(echo.address() as AddressInfo).port}`)
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await counter.close()
  echo.close()
})

async function open(): Promise<Socket> {
  const client = connect(Number(new URL(counter.server).port), '127.0.0.1').on('error', () => {})
  clients.push(client)
  await once(client, 'connect')
  return client
}

const answer = async (client: Socket): Promise<string> => String((await once(client, 'data'))[0])

async function ask(client: Socket, text: string): Promise<string> {
  const answered = answer(client)
  client.write(text)
  return await answered
}

describe('a connection counter', () => {
  test('lets bytes through, and counts connections and not requests', async () => {
    const [one, other] = [await open(), await open()]
    expect(await ask(one, 'a')).toBe('a')
    expect(await ask(one, 'b')).toBe('b')
    expect(await ask(other, 'c')).toBe('c')
    expect(counter.accepted()).toBe(2)
    expect(counter.open()).toBe(2)
    other.destroy()
    await expect.poll(() => counter.open()).toBe(1)
    expect(counter.accepted()).toBe(2)
  })

  test('cut resets open connections and accepts new ones', async () => {
    const client = await open()
    await ask(client, 'hello')
    const closed = once(client, 'close')
    counter.cut()
    await expect(closed).rejects.toThrow('ECONNRESET')
    expect(await ask(await open(), 'again')).toBe('again')
  })

  test('a black hole holds everything back, on old connections and new ones, until it is restored', async () => {
    const old = await open()
    await ask(old, 'hello')
    const free = await startConnectionCounter(`https://127.0.0.1:${(echo.address() as AddressInfo).port}`)
    counter.blackHole()
    const young = await open()
    const log: string[] = []
    const held = [ask(old, 'old'), ask(young, 'young')].map((text) => text.then((heard) => log.push(heard)))
    const witness = connect(Number(new URL(free.server).port), '127.0.0.1')
    clients.push(witness)
    for (let round = 0; round < 20; round++) await ask(witness, 'the world goes on')
    log.push('restored')
    await counter.restore()
    await Promise.all(held)
    expect(log[0]).toBe('restored')
    expect(log.slice(1).sort()).toEqual(['old', 'young'])
    await free.close()
  })

  test('refuses, and is restored on the same port', async () => {
    await counter.refuse()
    await expect(open()).rejects.toThrow('ECONNREFUSED')
    await counter.restore()
    expect(await ask(await open(), 'back')).toBe('back')
  })

  test('a delay counts in both directions and keeps the order of the bytes', async () => {
    counter.delay(40)
    const client = await open()
    let received = ''
    client.on('data', (chunk) => {
      received += String(chunk)
    })
    const askedAt = performance.now()
    for (const text of ['1', '2', '3']) client.write(text)
    await expect.poll(() => received, {interval: 5}).toBe('123')
    expect(performance.now() - askedAt).toBeGreaterThan(75)
  })
})
