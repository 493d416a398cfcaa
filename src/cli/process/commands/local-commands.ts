import {createHash} from 'node:crypto'
import {join} from 'node:path'
import {openFilesLimit} from '../../../kube/connection/open-files.ts'
import {HubspokeError} from '../../../model/failure.ts'
import type {Clock} from '../../../shared/clock.ts'
import {codeOf} from '../../../shared/file-error.ts'
import {makeDirectories} from '../../../shared/make-directories.ts'
import {printable} from '../../../shared/printable.ts'
import {createSemaphore, type Semaphore} from '../../../shared/semaphore.ts'
import type {CommandOrder, CommandResult, Commands, KeptOutput} from '../../../verbs/foreach/commands.ts'
import {childEnv} from './child-env.ts'
import {programExists} from './find-program.ts'
import {createOutputFile, type OutputFile} from './kept-output.ts'
import {type PrivateKubeconfigs, privateKubeconfigs, removeLeftovers} from './private-kubeconfigs.ts'
import {createProcessGroups, type ProcessGroups} from './process-groups.ts'
import {runProcess} from './run-process.ts'
import {type ShownLines, showLines} from './shown-lines.ts'

export interface LocalCommandsDeps {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder with one folder for each run. */
  readonly runs: string
  readonly runId: string
  readonly host: string
  readonly clock: Pick<Clock, 'sleep'>
  /** The run is stopping: commands are ended. */
  readonly stop: AbortSignal
  /** They are ended at once. */
  readonly abort: AbortSignal
  /** The text of a kubeconfig with this context alone. */
  minified(context: string): string
  /** Shows one line of output. */
  show(line: string): void
}

export interface LocalCommands extends Commands {
  /** Ends what still runs, and removes its kubeconfigs. Never rejects. */
  close(): Promise<void>
}

/** A command needs two descriptors for its output, and others share the rest. */
const descriptorsEach = 2
const shareOfDescriptors = 4
const filesWrittenAtOnce = 8

/** The commands of one run. Nothing is written before the first of them. */
export function localCommands(deps: LocalCommandsDeps): LocalCommands {
  const place = {runs: deps.runs, runId: deps.runId, host: deps.host, pid: process.pid}
  const kubeconfigs = privateKubeconfigs(place)
  const writing = createSemaphore(filesWrittenAtOnce)
  let opened: Promise<{readonly turns: Semaphore; readonly groups: ProcessGroups}> | undefined
  const open = async () => {
    await removeLeftovers(place)
    const limit = await openFilesLimit()
    const atOnce = limit === undefined ? Number.POSITIVE_INFINITY : limit / shareOfDescriptors / descriptorsEach
    return {turns: createSemaphore(Math.max(1, Math.floor(atOnce))), groups: createProcessGroups()}
  }
  return {
    exists: (program) => programExists(program, deps.env),
    async run(order, starting) {
      opened ??= open()
      const {turns, groups} = await opened
      return turns(() => runOne(order, starting, {...deps, groups, writing, kubeconfigs}))
    },
    async close() {
      ;(await opened)?.groups.close()
      await kubeconfigs.close()
    },
  }
}

interface Shared extends LocalCommandsDeps {
  readonly groups: ProcessGroups
  readonly writing: Semaphore
  readonly kubeconfigs: PrivateKubeconfigs
}

async function runOne(order: CommandOrder, starting: () => Promise<void>, shared: Shared): Promise<CommandResult> {
  const {env, runs, runId, kubeconfigs} = shared
  const folder = order.outputFolder ?? join(runs, runId)
  const {stdout, stderr, kubeconfig} = await prepare(order, folder, shared)
  try {
    await starting()
    const run = {
      ...{words: order.words, timeoutMs: order.timeoutMs, onStdout: stdout.add, onStderr: stderr.add},
      env: childEnv(env, order.passedOn, {...order.variables, KUBECONFIG: kubeconfig}),
    }
    const end = await runProcess(run, shared)
    return {end, stdout: await stdout.end(), stderr: await stderr.end()}
  } finally {
    await kubeconfigs.remove(kubeconfig)
  }
}

/** @throws HubspokeError of class `command-failed` when its files cannot be written */
async function prepare(order: CommandOrder, folder: string, shared: Shared) {
  const {writing, kubeconfigs, minified} = shared
  const text = minified(order.context)
  const file = join(folder, fileName(order.label))
  try {
    await makeDirectories(folder, 0o700)
    const show = (line: string) => shared.show(`${order.label}  ${line}`)
    return {
      stdout: shownAndKept(await createOutputFile(`${file}.stdout`, writing), show, `${file}.stdout`),
      stderr: shownAndKept(await createOutputFile(`${file}.stderr`, writing), show, `${file}.stderr`),
      kubeconfig: await kubeconfigs.write(text),
    }
  } catch (error) {
    const why = codeOf(error)
    if (why === undefined) throw error
    const message = `The command was not started: files for its output cannot be written in ${printable(folder)} (${why}).`
    throw new HubspokeError('command-failed', message, {observed: true})
  }
}

interface Output {
  add(chunk: Buffer): Promise<void>
  end(): Promise<KeptOutput>
}

function shownAndKept(file: OutputFile, show: (line: string) => void, path: string): Output {
  const lines: ShownLines = showLines(show, `[hubspoke: more output is in ${printable(path)}]`)
  return {
    add(chunk) {
      lines.add(chunk)
      return file.add(chunk)
    },
    end() {
      lines.end()
      return file.end()
    },
  }
}

const longestName = 120

/** The label of a target as a name for files; different labels have different names. */
function fileName(label: string): string {
  const safe = label.replaceAll(/[^\w.@-]/g, '_').replace(/^\./, '_')
  if (safe === label && label.length <= longestName) return safe
  return `${safe.slice(0, longestName)}-${createHash('sha256').update(label).digest('hex').slice(0, 8)}`
}
