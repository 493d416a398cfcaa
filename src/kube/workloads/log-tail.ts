import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {podLog} from '../answers/other-questions.ts'
import type {Api} from '../api.ts'
import type {PodTrouble} from '../ports/workloads.ts'

const lines = 5

const maxBytes = 8_192

/** What comes later in a line explains no crash. */
const maxLineLength = 400

/**
 * The last lines that a crashed container wrote: those of the one that ended, or of the one that runs now where the kubelet
 * has kept no other. Without what looks like a secret, and safe to print. Empty where there is nothing to be had, whatever
 * the reason: they are an addition to a reason that is already known.
 */
export async function readLogTail(
  api: Api,
  namespace: string,
  {pod, container}: PodTrouble,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (container === undefined) return []
  for (const previous of ['true', undefined]) {
    const query = {container, previous, tailLines: `${lines}`, limitBytes: `${maxBytes}`}
    try {
      const words = wordsOf(await api.getText(podLog(namespace, pod, query), maxBytes, signal))
      if (words.length > 0) return words
    } catch (error) {
      if (!(error instanceof HubspokeError) || error.failureClass === 'forbidden') return []
    }
  }
  return []
}

function wordsOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => externalText(line, {maxLength: maxLineLength}))
}
