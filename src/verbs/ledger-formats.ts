import type {LedgerFormats} from '../model/ledger.ts'
import {isKnownTarget, upgradeRecord} from './workloads/ledger-formats.ts'

/** What ledgers hold that only verbs can read. */
export const ledgerFormats: LedgerFormats = {upgrade: upgradeRecord, isTarget: isKnownTarget}
