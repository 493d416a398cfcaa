import {expect, test} from 'vitest'
import {createVirtualClock} from '../../test/support/virtual-clock.ts'
import type {Ledger, LedgerEntry} from '../model/ledger.ts'
import {boundedLedger} from './bounded-ledger.ts'

const entry: LedgerEntry = {type: 'ended', exitCode: 0, stoppedBy: null}
const never = () => new Promise<never>(() => undefined)

function setUp(ledger: Partial<Ledger> = {}) {
  const clock = createVirtualClock({autoAdvance: true, loopback: false})
  const abort = new AbortController()
  const whole = {
    path: '/runs/1.jsonl',
    append: async () => undefined,
    close: async () => undefined,
    discard: async () => undefined,
    ...ledger,
  }
  return {clock, abort, whole, bounds: {abort: abort.signal, clock}}
}

test('a file system that does not answer is waited for, until the run has to end', async () => {
  const {clock, abort, whole, bounds} = setUp({append: never, close: never})
  const ledger = await boundedLedger(Promise.resolve(whole), bounds)
  void clock.sleep(20_000).then(() => abort.abort())
  await expect(ledger.append(entry)).rejects.toMatchObject({
    failureClass: 'usage',
    message: 'Cannot write the ledger /runs/1.jsonl: its file system does not answer.',
  })
  expect(clock.now()).toBe(22_000)
  await ledger.close()
  expect(clock.now()).toBe(24_000)
})

test('a ledger that cannot even be opened ends with the run, too', async () => {
  const {clock, abort, bounds} = setUp()
  void clock.sleep(20_000).then(() => abort.abort())
  await expect(boundedLedger(never(), bounds)).rejects.toMatchObject({failureClass: 'usage'})
})

test('what is written in time is written, after the abort as well', async () => {
  const written: string[] = []
  const {clock, abort, whole, bounds} = setUp({append: async ({type}) => void written.push(type)})
  const ledger = await boundedLedger(Promise.resolve(whole), bounds)
  abort.abort()
  await ledger.append(entry)
  await ledger.close()
  expect(written).toEqual(['ended'])
  expect(clock.sleepers).toBe(0)
})
