import type {NamedTarget} from '../../../discovery/from-file/named-target.ts'
import {HubspokeError} from '../../../model/failure.ts'
import {quoted} from '../../../shared/problem.ts'
import {readNamedFile} from '../../process/read-named-file.ts'
import type {Runtime} from '../../process/runtime.ts'
import {parseTargets} from './parse-targets.ts'

/** A document of 10,000 targets has 3 to 10 MB. */
const largestBytes = 32 * 1024 * 1024

/** The targets of a file, and how sentences name it. */
export interface TargetsFile {
  readonly file: string
  readonly targets: readonly NamedTarget[]
}

/**
 * Reads the file of `--targets`; `-` is stdin.
 *
 * @throws HubspokeError of class `usage` when it cannot be read, or is not a list of targets
 */
export async function openTargets(path: string, runtime: Pick<Runtime, 'clock' | 'stdin'>): Promise<TargetsFile> {
  const file = path === '-' ? 'stdin' : quoted(path)
  const content = await (path === '-'
    ? readStdin(runtime)
    : readNamedFile(
        {path, what: `targets file ${file}`, maxBytes: largestBytes, tooLarge: () => tooLarge(file)},
        runtime.clock,
      ))
  return {file, targets: parseTargets(textOf(content, file), file)}
}

async function readStdin({stdin}: Pick<Runtime, 'stdin'>): Promise<Buffer> {
  if (stdin.isTerminal) {
    throw new HubspokeError('usage', '--targets - reads stdin, and stdin is a terminal.', {
      suggestions: ['hubspoke find IMAGE -o json >targets.json', '--targets targets.json'],
    })
  }
  const content = await stdin.read(largestBytes)
  if (content === undefined) throw tooLarge('stdin')
  return content
}

function tooLarge(file: string): HubspokeError {
  return new HubspokeError('usage', `The targets in ${file} are larger than 32 MiB.`, {
    suggestions: ['hubspoke find IMAGE -o name  has a tenth of the size'],
  })
}

function textOf(content: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(content)
  } catch {
    throw new HubspokeError('usage', `The targets in ${file} are not UTF-8 text.`)
  }
}
