import {type AddressInfo, createServer, type Socket, connect as tcpConnect} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, expect, test} from 'vitest'
import {type ChaosProxy, startChaosProxy} from './chaos-proxy.ts'

/** An echo server that records its input. */
async function startEcho() {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        heard.push(chunk.toString())
        if (socket.writable) socket.write(chunk)
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    heard: () => heard.join(''),
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function connectTo(url: string) {
  const socket = tcpConnect(Number(new URL(url).port), '127.0.0.1')
  let [got, ended] = ['', '']
  socket.on('data', (chunk) => {
    got += chunk
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ended = error.code ?? ''
  })
  return {say: (text: string) => socket.write(text), got: () => got, ended: () => ended}
}

let echo: Awaited<ReturnType<typeof startEcho>>
let proxy: ChaosProxy
beforeEach(async () => {
  echo = await startEcho()
  proxy = await startChaosProxy(echo.url)
})
afterEach(async () => {
  await proxy.close()
  echo.close()
})

test('bytes keep their order, also when the delay becomes shorter', async () => {
  const {say, got} = connectTo(proxy.server)
  proxy.delay({requests: 100, replies: 0})
  say('a')
  await expect.poll(echo.heard).toBe('a')
  say('b')
  await sleep(20)
  proxy.restore()
  say('c')
  await expect.poll(got).toBe('abc')
})

test('a reply breaks off after so many bytes, with a reset', async () => {
  const {say, got, ended} = connectTo(proxy.server)
  say('1')
  await expect.poll(got).toBe('1')
  proxy.resetAfter(4)
  say('2345678')
  await expect.poll(ended).toBe('ECONNRESET')
  expect(got()).toBe('12345')
  expect(echo.heard()).toBe('12345678')
})

test('held replies: requests are executed, and their responses arrive later', async () => {
  const {say, got} = connectTo(proxy.server)
  say('1')
  await expect.poll(got).toBe('1')
  proxy.holdReplies()
  say('2')
  await expect.poll(echo.heard).toBe('12')
  expect(got()).toBe('1')
  proxy.restore()
  await expect.poll(got).toBe('12')
})

test('held requests arrive after their sender was cut off, and new connections are not held', async () => {
  const old = connectTo(proxy.server)
  old.say('1')
  await expect.poll(old.got).toBe('1')
  proxy.holdRequests()
  old.say('late')
  await sleep(20)
  proxy.cutClients()
  await expect.poll(old.ended).toBe('ECONNRESET')
  const next = connectTo(proxy.server)
  next.say('2')
  await expect.poll(next.got).toBe('2')
  expect(echo.heard()).toBe('12')
  proxy.restore()
  await expect.poll(echo.heard).toBe('12late')
})

test('a black hole swallows new connections, too, and delivers everything when it is restored', async () => {
  proxy.blackHole()
  const {say, got, ended} = connectTo(proxy.server)
  say('1')
  await sleep(50)
  expect([echo.heard(), got(), ended()]).toEqual(['', '', ''])
  proxy.restore()
  await expect.poll(got).toBe('1')
})
