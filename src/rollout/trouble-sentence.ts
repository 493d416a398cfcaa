import type {PodTrouble} from '../kube/ports/workloads.ts'
import {formatDuration} from '../shared/duration.ts'

/**
 * One trouble of a pod for people.
 *
 * @param lastedMs how long it has been seen; shown for a trouble that is a state and no cause
 */
export function troubleSentence(trouble: PodTrouble, lastedMs?: number): string {
  const {pod, container, reason, message, waits, vague, blocks} = trouble
  if (waits !== undefined) return `${reason}: pod ${pod} is ${message}`
  const lasted = vague === true && lastedMs !== undefined && lastedMs >= 1000 ? ` for ${formatDuration(lastedMs)}` : ''
  const words = `${reason}${lasted}`
  const said = message === '' ? words : `${words}: ${message}`
  const name = container === undefined ? `pod ${pod}` : `pod ${pod}, container ${container}`
  const where = pod === '' ? said : `${said} (${name})`
  return blocks === true ? `${where}; it is of an older revision, and its controller waits for it` : where
}
