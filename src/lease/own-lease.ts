import type {LeaseObject, LeaseRecord, Leases} from '../kube/ports/leases.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {type Holder, heldRecord, isHeld, releasedRecord} from './lease-record.ts'

/** Where the Lease of a cluster is, and who wants it. */
export interface LeasePlace {
  readonly leases: Leases
  readonly namespace: string
  readonly name: string
  readonly holder: Holder
  readonly clock: Pick<Clock, 'date'>
}

/** What became of a write: the Lease is ours, or somebody else's, or nobody's any more. */
export type Claim = {readonly ours: true} | {readonly ours: false; readonly found: LeaseObject | undefined}

/** The Lease of one cluster in the hands of one holder. Both methods reject with a `HubspokeError`, and can be repeated. */
export interface OwnLease {
  /** Takes the Lease, or renews it. Once it was ours it is never taken again: who had it in between may have written. */
  claim(signal: AbortSignal): Promise<Claim>
  /** Leaves it to nobody, if it is ours. */
  giveBack(signal: AbortSignal): Promise<void>
}

/**
 * Exactly the version that was seen last is replaced: that it still was there is the proof that nobody else came.
 *
 * @param seen the Lease as it is, or was when it was found to be free; undefined: there was none
 */
export function ownLease(
  {leases, namespace, name, holder, clock}: LeasePlace,
  seen: LeaseObject | undefined,
): OwnLease {
  let lease = seen
  let wasOurs = false
  const isOurs = (found: LeaseObject | undefined): found is LeaseObject => found?.holderIdentity === holder.identity
  const read = (signal: AbortSignal) => leases.read(namespace, name, signal)
  const write = (record: LeaseRecord, signal: AbortSignal) => {
    const version = lease && {resourceVersion: lease.resourceVersion}
    return leases.write(namespace, name, {record, ...version}, signal)
  }
  const writeOurs = async (signal: AbortSignal): Promise<Claim> => {
    lease = await write(heldRecord(holder, lease, clock.date()), signal)
    wasOurs = true
    return {ours: true}
  }
  return {
    async claim(signal) {
      try {
        return await writeOurs(signal)
      } catch (error) {
        if (!isConflict(error)) throw error
      }
      // Another version: ours, when the answer to an earlier write was lost; or somebody else's.
      const found = await read(signal)
      if (!isOurs(found) && (wasOurs || isHeld(found))) return {ours: false, found}
      lease = found
      return writeOurs(signal)
    },
    async giveBack(signal) {
      // A write without an answer may have arrived all the same.
      if (!wasOurs) lease = await read(signal)
      while (isOurs(lease)) {
        try {
          await write(releasedRecord(lease), signal)
          return
        } catch (error) {
          if (!isConflict(error)) throw error
          lease = await read(signal)
        }
      }
    },
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof HubspokeError && error.failureClass === 'conflict'
}
