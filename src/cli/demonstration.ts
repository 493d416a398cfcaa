import {spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {devNull, tmpdir} from 'node:os'
import {join} from 'node:path'
import {exitCodes} from '../model/exit-code.ts'
import {HubspokeError} from '../model/failure.ts'
import type {Sandbox} from '../sandbox/sandbox.ts'
import {wrapText} from '../summary/wrap-text.ts'
import type {Runtime} from './process/runtime.ts'
import {withSandbox} from './sandbox-session.ts'

/** The image that the demonstration restarts, as a repository: any tag. */
export const demoImage = 'ghcr.io/acme/shop'

/**
 * Runs the main job against the sandbox, as a process of its own and with nothing stubbed, and explains what is seen. Its
 * ledger is in a temporary folder: it is no run of the user. Returns the path that the kubeconfig had.
 *
 * @param kubeconfigPath where the kubeconfig is written; default: in the same folder
 * @throws HubspokeError of class `internal` when the run ended otherwise than the scenario is made for
 */
export async function demonstrate(runtime: Runtime, kubeconfigPath: string | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-demo-'))
  const request = {kubeconfigPath: kubeconfigPath ?? join(folder, 'kubeconfig')}
  try {
    return await withSandbox(runtime, request, async (sandbox, path) => {
      await restartIn(sandbox, path, {...runtime, env: {...runtime.env, XDG_STATE_HOME: folder}})
      return path
    })
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function restartIn(
  sandbox: Sandbox,
  kubeconfigPath: string,
  {program, stderr, env}: Pick<Runtime, 'program' | 'stderr' | 'env'>,
): Promise<void> {
  const say = (lines: readonly string[]) => stderr.write(`${wrapped(lines, stderr.columns())}\n`)
  const words = ['restart', demoImage, '--all-contexts', '--yes', '--backoff', '1s']
  say(introduction(sandbox))
  say([`  $ ${program.typed} ${words.join(' ')}`, ''])
  const code = await runProgram([...program.argv, ...words, '--kubeconfig', kubeconfigPath], env)
  if (code !== exitCodes['target-failed'].code) {
    throw new HubspokeError('internal', `The demonstration should end with 1 and ended with ${code}.`)
  }
  say(explanation(program.typed))
}

function introduction({clusters}: Sandbox): readonly string[] {
  const names = clusters.map(({name}) => name).join(', ')
  return [
    `Three simulated clusters are up on the loopback interface: ${names}.`,
    `They run ${demoImage} in several places. One of its tags cannot be pulled, and one cluster answers the first write with a transient error. Restarting everything that runs the image:`,
    '',
  ]
}

function explanation(typed: string): readonly string[] {
  return [
    '',
    'That run ended with exit code 1, as it must: one target failed. What there was to see:',
    '  isolation  the failed target stopped no other; those were restarted and watched to their end',
    '  retry      the write that met a transient error was sent again, after a look whether it had arrived',
    '  reason     the failed target says why: its image cannot be pulled',
    '  summary    failures first, then counts, what was not included, and what to type next',
    '',
    'The clusters stop now, and the ledger of the run is removed: the commands after "Next:" have no effect any more.',
    'To continue with clusters like these, keep them up in one terminal:',
    `  ${typed} sandbox`,
    'and, as it says there, in another:',
    `  ${typed} find ${demoImage}`,
    `  ${typed} cache refresh --all-contexts`,
    `  ${typed} restart ${demoImage} -c 'eu-*'`,
    'With clusters of your own, nothing is written before you agree to the plan:',
    `  ${typed} check`,
    `  ${typed} find IMAGE`,
    `  ${typed} restart IMAGE -c CONTEXT --dry-run client`,
    '',
  ]
}

/** Prose is broken at its spaces; what follows a wide gap stays below its beginning, and commands stay whole. */
function wrapped(lines: readonly string[], width: number | undefined): string {
  return lines
    .flatMap((line) => {
      const [, item, rest] = /^( {2}\w+ {2,})(\S.*)$/.exec(line) ?? []
      if (item === undefined || rest === undefined) return line.startsWith(' ') ? [line] : wrapText(line, width)
      const [first = '', ...more] = wrapText(rest, width, ' '.repeat(item.length))
      return [item + first.trimStart(), ...more]
    })
    .join('\n')
}

function runProgram(argv: readonly string[], env: Runtime['env']): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const [command = '', ...args] = argv
    const child = spawn(command, args, {env: childEnvironment(env), stdio: 'inherit'})
    child.on('error', reject)
    child.on('close', resolve)
  })
}

/** What a terminal program needs, and no more: above all nothing that would change how the demonstration runs. */
function childEnvironment(env: Runtime['env']): Record<string, string> {
  const kept = ['HOME', 'PATH', 'TERM', 'COLORTERM', 'NO_COLOR', 'LANG', 'LC_ALL', 'CI', 'XDG_STATE_HOME']
  const passed = Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  return {...passed, HUBSPOKE_CONFIG: devNull}
}
