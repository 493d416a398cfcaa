import {countOf} from '../../shared/words.ts'
import type {WatchedChange} from '../workloads/change-watch.ts'
import {readScaleReceipt, type ScaleReceipt} from './scale-receipt.ts'
import {isScaledByOthers, scaleChange} from './scale-status.ts'

/** A change of replicas: the pods are available, or gone. */
export const watchedScale: WatchedChange<ScaleReceipt> = {
  read: readScaleReceipt,
  doing: 'scaled',
  isTakenBack: (_, receipt) => isScaledByOthers(receipt),
  kind: scaleChange,
  worded(end, {before, wanted, reverts}) {
    if (end.outcome === 'succeeded') {
      if (reverts) return {...end, reason: `back to ${countOf(wanted, 'replica')}`}
      return {...end, reason: `scaled from ${before} to ${wanted}: ${end.reason}`}
    }
    if (!reverts || end.failure === undefined || end.failure.class === 'reverted') return end
    return {...end, reason: `its replicas are as before, and it is not healthy: ${end.reason}`}
  },
}
