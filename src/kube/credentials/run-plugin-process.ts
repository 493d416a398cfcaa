import {type ChildProcess, spawn} from 'node:child_process'
import type {Clock} from '../../shared/clock.ts'
import {externalText} from '../../shared/external-text.ts'
import {ExecPluginError} from './exec-plugin-error.ts'
import type {ExecEntry} from './kubeconfig-file.ts'

/** In milliseconds. */
export interface ExecLimits {
  readonly timeoutMs: number
  /** Long enough for the user to find a phone, or a browser. */
  readonly askingTimeoutMs: number
  /** A plugin that has written to stderr and not ended after this time is taken to wait for input. */
  readonly patienceMs: number
  /** How long child processes may keep the plugin's output open after its end. */
  readonly afterExitMs: number
}

export interface PluginRun {
  readonly env: Readonly<Record<string, string | undefined>>
  /** It has the terminal to itself. */
  readonly asks: boolean
  /** It is run again with the terminal where it seems to need one. */
  readonly mayAsk: boolean
  readonly clock: Clock
  readonly limits: ExecLimits
}

const maxOutputBytes = 1_048_576
/** The end of its stderr is kept: the last line says why it failed. */
const maxStderr = 8_192

/**
 * The output of a plugin. Without the terminal it runs in a session of its own: it cannot prompt, and its child processes
 * end with it.
 *
 * @throws ExecPluginError
 */
export function runPluginProcess(exec: ExecEntry, run: PluginRun): Promise<string> {
  const {env, asks, mayAsk, clock, limits} = run
  return new Promise((resolve, reject) => {
    const inSession = !asks && process.platform !== 'win32'
    const child = start(exec, {env, asks, inSession})
    const end = endOf(child, inSession)
    const [exited, closed] = [new AbortController(), new AbortController()]
    const timeoutMs = asks ? limits.askingTimeoutMs : limits.timeoutMs
    void clock.sleep(timeoutMs, exited.signal).then(() => exited.signal.aborted || end())
    const chunks: Buffer[] = []
    let [size, said] = [0, '']
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxOutputBytes) chunks.push(chunk)
      else end()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-maxStderr)
    })
    child.stderr?.once('data', async () => {
      if (!mayAsk) return
      await clock.sleep(limits.patienceMs, exited.signal)
      if (!exited.signal.aborted) end()
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      exited.abort()
      reject(new ExecPluginError(error.code === 'ENOENT' ? 'was not found' : 'could not be started'))
    })
    child.on('exit', async () => {
      exited.abort()
      // Its child processes may outlive it, and keep its pipes open.
      await clock.sleep(limits.afterExitMs, closed.signal)
      child.stdout?.destroy()
      child.stderr?.destroy()
    })
    child.on('close', (code, signal) => {
      closed.abort()
      const details = {mayAsk, said: lastLine(said, exec), isRetried: signal === null}
      if (size > maxOutputBytes) reject(new ExecPluginError('printed far more than credentials'))
      else if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'))
      else
        reject(new ExecPluginError(signal === null ? `failed with exit code ${code}` : 'did not end in time', details))
    })
  })
}

interface Start {
  readonly env: PluginRun['env']
  readonly asks: boolean
  readonly inSession: boolean
}

function start({command, args}: ExecEntry, {env, asks, inSession}: Start): ChildProcess {
  try {
    return spawn(command, [...args], {
      env,
      // A plugin that waits for input would hang until its timeout.
      stdio: [asks ? 'inherit' : 'ignore', 'pipe', asks ? 'inherit' : 'pipe'],
      detached: inSession,
    })
  } catch {
    // A NUL in the command, an argument or a variable.
    throw new ExecPluginError('could not be started')
  }
}

/** Ends it, and in its own session all its child processes; it does not outlive this process either. */
function endOf(child: ChildProcess, inSession: boolean): () => void {
  const end = (): void => {
    try {
      if (inSession && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      else child.kill('SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', end)
  child.once('close', () => process.off('exit', end))
  return end
}

/** An argument after one of these is a secret, and so is a variable with such a name. */
const secretName = /pass|pwd|^pw$|secret|token|key|credential|^auth|-auth/i

/** The last line that is not empty, without the secrets that its entry in the kubeconfig contains. */
function lastLine(text: string, {args, env}: ExecEntry): string {
  const line =
    text
      .trimEnd()
      .split(/[\r\n]+/)
      .at(-1) ?? ''
  const secrets = [
    ...Object.entries(env).flatMap(([name, value]) => (secretName.test(name) ? [value] : [])),
    ...args.flatMap((word, index) =>
      /^--?/.test(word) && secretName.test(word) ? [word.split('=')[1] ?? args[index + 1] ?? ''] : [],
    ),
  ].filter((secret) => secret.length > 3)
  return externalText(secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), line))
}
