import {HubspokeError} from '../../model/failure.ts'
import {externalText} from '../../shared/external-text.ts'
import {quoted} from '../../shared/problem.ts'
import {childEnv} from '../process/commands/child-env.ts'
import {programExists} from '../process/commands/find-program.ts'
import {createProcessGroups} from '../process/commands/process-groups.ts'
import {runProcess} from '../process/commands/run-process.ts'
import type {ManifestReaderDeps} from './manifest-reader-deps.ts'
import {largestBytes, utf8} from './read-manifest-file.ts'

const timeoutMs = 60_000

/** The end of stderr is kept: its last line says why it failed. */
const keptOfStderr = 8_192

/** As kubectl writes it, and the library with which it logs: `E1201 12:11:32.846273   10356 run.go:72] `. */
const startOfLine = /^(?:error: |[EWF]\d{4} [^\]]{0,80}\] )/

/**
 * What `kubectl kustomize FOLDER` prints.
 *
 * @throws HubspokeError of class `usage` when it fails, takes longer than a minute, or prints more than 32 MiB
 */
export async function runKustomize(folder: string, {env, clock, stop}: ManifestReaderDeps): Promise<string> {
  if (!(await programExists('kubectl', env))) {
    throw new HubspokeError('usage', '-k needs kubectl, and there is no kubectl in PATH.', {
      suggestions: ['kustomize build DIR | hubspoke apply -f -'],
    })
  }
  const output = createOutput()
  const groups = createProcessGroups()
  const signals = [output.full, ...(stop === undefined ? [] : [stop])]
  // A path that begins with a dash would be an option.
  const path = folder.startsWith('-') ? `./${folder}` : folder
  try {
    const end = await runProcess(
      {
        ...{words: ['kubectl', 'kustomize', path] as const, timeoutMs},
        env: childEnv(env, [], {}),
        ...{onStdout: output.onStdout, onStderr: output.onStderr},
      },
      {clock, groups, stop: AbortSignal.any(signals), abort: output.full},
    )
    if (end.type === 'exited' && end.status === 0 && !output.full.aborted) return utf8(output.stdout(), quoted(folder))
    throw new HubspokeError('usage', `kubectl kustomize ${quoted(folder)} ${whyOf(end.type, output)}`)
  } finally {
    groups.close()
  }
}

interface Output {
  /** Aborted: there was more output than is kept. */
  readonly full: AbortSignal
  onStdout(chunk: Buffer): Promise<void>
  onStderr(chunk: Buffer): Promise<void>
  stdout(): Buffer
  lastLine(): string
}

function createOutput(): Output {
  const chunks: Buffer[] = []
  const full = new AbortController()
  let [size, said] = [0, '']
  return {
    full: full.signal,
    async onStdout(chunk) {
      size += chunk.length
      if (size > largestBytes) full.abort()
      else chunks.push(chunk)
    },
    async onStderr(chunk) {
      said = `${said}${chunk.toString('utf8')}`.slice(-keptOfStderr)
    },
    stdout: () => Buffer.concat(chunks),
    lastLine() {
      const lines = said.trimEnd().split(/[\r\n]+/)
      return externalText((lines.at(-1) ?? '').replace(startOfLine, ''))
    },
  }
}

function whyOf(end: 'exited' | 'killed' | 'timeout' | 'stopped', {full, lastLine}: Output): string {
  if (full.aborted) return 'printed more than 32 MiB.'
  if (end === 'timeout') return `did not end within ${timeoutMs / 1_000} s.`
  if (end === 'stopped') return 'was stopped.'
  const said = lastLine()
  return said === '' ? 'failed.' : `failed: ${said}`
}
