import {HubspokeError} from '../../model/failure.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'
import type {CommandEnd} from '../../verbs/foreach/commands.ts'
import {childEnv} from '../process/commands/child-env.ts'
import {programExists} from '../process/commands/find-program.ts'
import {createProcessGroups} from '../process/commands/process-groups.ts'
import {runProcess} from '../process/commands/run-process.ts'
import type {ManifestReaderDeps} from './manifest-reader-deps.ts'
import {largestBytes, utf8} from './read-manifest-file.ts'

const timeoutMs = 60_000

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
    throw new HubspokeError('usage', `kubectl kustomize ${quoted(folder)} ${whyOf(end, output.full)}`, {
      suggestions: [`kubectl kustomize ${shellWord(folder)}  to see why`],
    })
  } finally {
    groups.close()
  }
}

interface Output {
  /** Aborted: there was more output than is kept. */
  readonly full: AbortSignal
  onStdout(chunk: Buffer): Promise<void>
  /** Not kept: it may quote a value of a Secret. */
  onStderr(chunk: Buffer): Promise<void>
  stdout(): Buffer
}

function createOutput(): Output {
  const chunks: Buffer[] = []
  const full = new AbortController()
  let size = 0
  return {
    full: full.signal,
    async onStdout(chunk) {
      size += chunk.length
      if (size > largestBytes) full.abort()
      else chunks.push(chunk)
    },
    onStderr: async () => undefined,
    stdout: () => Buffer.concat(chunks),
  }
}

function whyOf(end: CommandEnd, full: AbortSignal): string {
  if (full.aborted) return 'printed more than 32 MiB.'
  if (end.type === 'timeout') return `did not end within ${timeoutMs / 1_000} s.`
  if (end.type === 'stopped') return 'was stopped.'
  return end.type === 'exited' ? `failed with exit status ${end.status}.` : `was ended by ${end.signal}.`
}
