import {type DistributionDeps, distribute, type FanOut} from '../../../src/distribution/distribute.ts'
import type {HubEvent} from '../../../src/model/event.ts'
import type {Failure} from '../../../src/model/failure.ts'
import type {LedgerEntry} from '../../../src/model/ledger.ts'
import type {SpokeResult} from '../../../src/model/result.ts'
import {noLock} from '../../../src/model/run-lock.ts'
import type {Spoke} from '../../../src/model/spoke.ts'
import {createStopSwitch, type StopReason, type StopSwitch} from '../../../src/model/stop.ts'
import type {Plan, Target} from '../../../src/model/target.ts'
import type {Wave, WaveState} from '../../../src/model/wave.ts'
import {createVirtualClock, type VirtualClock} from '../virtual-clock.ts'

/** One distribution on a virtual clock without jitter, and its effects. */
interface Distributed {
  readonly results: readonly SpokeResult[]
  readonly stoppedBy: StopReason | undefined
  readonly waves: readonly WaveState[]
  readonly events: readonly HubEvent[]
  readonly records: readonly LedgerEntry[]
  /** `web: failed, forbidden`, one per target, in plan order. */
  readonly ends: readonly string[]
}

export interface Stage {
  readonly clock: VirtualClock
  readonly stop: StopSwitch
  readonly abort: AbortController
  run(request: {
    readonly plan: Plan
    readonly spoke: Spoke
    readonly fanOut?: Partial<FanOut>
    readonly refusals?: ReadonlyMap<string, Failure>
    readonly waves?: readonly Wave[]
    readonly deps?: Partial<DistributionDeps>
  }): Promise<Distributed>
}

const run = {id: '20261124-100000-0000', verb: 'test', args: {}, mark: '2026-11-24T10:00:00.000Z'}

const fanOut: FanOut = {
  concurrency: 50,
  concurrencyPerPlace: 10,
  retry: {retries: 3, baseMs: 30_000, factor: 2, maxMs: 300_000},
}

export function createStage(): Stage {
  const clock = createVirtualClock({autoAdvance: true, loopback: false, start: new Date('2026-11-24T10:00:01Z')})
  const stop = createStopSwitch()
  const abort = new AbortController()
  return {
    clock,
    stop,
    abort,
    async run({plan, spoke, fanOut: changes, refusals = new Map(), waves = [], deps}) {
      const events: HubEvent[] = []
      const records: LedgerEntry[] = []
      const ledger = {append: async (entry: LedgerEntry) => void records.push(entry)}
      const {
        results,
        stoppedBy,
        waves: waveStates,
      } = await distribute(
        {run, plan, spoke, fanOut: {...fanOut, ...changes}, refusals, waves},
        {
          clock,
          random: () => 0,
          stop,
          abort: abort.signal,
          ledger,
          lock: noLock,
          onEvent: (event) => events.push(event),
          ...deps,
        },
      )
      return {results, stoppedBy, waves: waveStates, events, records, ends: results.map(endOf)}
    },
  }
}

/** The last part of a label. */
export const nameOf = ({label}: Target) => label.slice(label.lastIndexOf('/') + 1)

function endOf({target, outcome, failure}: SpokeResult): string {
  return `${nameOf(target)}: ${failure ? `${outcome}, ${failure.class}` : outcome}`
}
