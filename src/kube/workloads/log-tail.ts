import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {podLog} from '../answers/other-questions.ts'
import type {Api} from '../api.ts'
import type {PodTrouble} from '../ports/workloads.ts'

const lines = 5

const maxBytes = 8_192

/** The rest of a longer line does not help to explain a crash. */
const maxLineLength = 400

/**
 * The last lines that a crashed container wrote: of the one that ended, or of the running one if the kubelet has not kept
 * the other log. Without recognisable secrets, and safe to print. Empty where there is no log, whatever the reason: the lines
 * only supplement a known reason.
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
      if (signal.aborted) return []
      if (!(error instanceof HubspokeError)) throw error
      if (error.failureClass === 'forbidden') return []
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
