import type {LeaseObject, LeaseRecord, Leases} from '../kube/ports/leases.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {type Holder, heldRecord, isHeld, releasedRecord} from './lease-record.ts'

/** Where the Lease of a cluster is, and who requests it. */
export interface LeasePlace {
  readonly leases: Leases
  readonly namespace: string
  readonly name: string
  readonly holder: Holder
  readonly clock: Pick<Clock, 'date'>
}

/** The result of a write: the Lease is ours, or it is another holder's or free (`found`). */
export type Claim = {readonly ours: true} | {readonly ours: false; readonly found: LeaseObject | undefined}

/** The Lease of one cluster for one holder. Both methods reject with a `HubspokeError`, and can be repeated. */
export interface OwnLease {
  /** Takes the Lease, or renews it. After it was lost it is never taken again: another holder may have written in between. */
  claim(signal: AbortSignal): Promise<Claim>
  /** Clears the holder, if it is ours. */
  giveBack(signal: AbortSignal): Promise<void>
}

/**
 * Replaces exactly the version that was seen last: if that version is still there, no other client has taken the Lease.
 *
 * @param seen the Lease as it is, or as it was when it was found free; undefined: there was none
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
      // Another version. It is ours if the answer to an earlier write was lost; otherwise it is another client's.
      const found = await read(signal)
      if (!isOurs(found) && (wasOurs || isHeld(found))) return {ours: false, found}
      lease = found
      return writeOurs(signal)
    },
    async giveBack(signal) {
      // A write without an answer may have been carried out.
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
