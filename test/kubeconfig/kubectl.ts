import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {controlPlaneOrSkip} from '../cluster/control-plane-or-skip.ts'

const run = promisify(execFile)

/** Runs kubectl and returns its stdout; rejects when it fails. */
export type Kubectl = (words: readonly string[], env: Readonly<Record<string, string>>) => Promise<string>

/** kubectl of PATH, or the one that the tests on real clusters use; undefined, after one line that says why. */
export async function kubectlOrSkip(): Promise<Kubectl | undefined> {
  const onPath = await run('kubectl', ['version', '--client']).then(
    () => 'kubectl',
    () => undefined,
  )
  const command = onPath ?? (await controlPlaneOrSkip())?.kubectl
  if (command === undefined) return undefined
  return async (words, env) => {
    const running = run(command, [...words], {env: {PATH: process.env.PATH ?? '', ...env}})
    // A prompt for a name gets no answer.
    running.child.stdin?.end()
    return (await running).stdout
  }
}
