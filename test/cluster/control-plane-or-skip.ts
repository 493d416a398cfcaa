import {type Binaries, ensureControlPlane} from './control-plane/build-control-plane.ts'

/**
 * For test files that need real clusters: the programs, or undefined when there are none and cannot be any, after one line
 * that says why. With `CI` set that is an error, because a suite that skips itself looks as green as one that passed.
 */
export async function controlPlaneOrSkip(env: NodeJS.ProcessEnv = process.env): Promise<Binaries | undefined> {
  const {binaries, missing} = await ensureControlPlane({env, print: (line) => console.error(line)})
  if (missing === undefined) return binaries
  if (env.CI && env.CI !== 'false') throw new Error(`no control plane: ${missing}`)
  console.error(`Skipped, no control plane: ${missing}`)
  return undefined
}
