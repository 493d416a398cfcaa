// Runs the tests: all of them, or with --fast those that need no real API server. Arguments after it go to vitest.
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {ensureControlPlane} from './cluster/control-plane/build-control-plane.ts'

const root = join(import.meta.dirname, '..')
const fast = process.argv.includes('--fast')
const rest = process.argv.slice(2).filter((argument) => argument !== '--fast')
const say = (line: string) => process.stderr.write(`${line}\n`)

async function realClustersCanRun(): Promise<boolean> {
  if (fast) return false
  say('The tests start genuine Kubernetes control planes. "npm run test:fast" leaves them out.')
  const controlPlane = await ensureControlPlane({env: process.env, print: say})
  if (!('missing' in controlPlane)) return true
  say(`Tests on real control planes are left out: ${controlPlane.missing}`)
  if (process.env.CI === 'true') {
    say('With CI=true that is a failure.')
    process.exit(1)
  }
  return false
}

const projects = (await realClustersCanRun()) ? ['unit', 'stories', 'cluster'] : ['unit', 'stories']
say(`Running the ${projects.join(', ')} tests.`)
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const {status} = spawnSync(
  process.execPath,
  [vitest, 'run', ...projects.flatMap((name) => ['--project', name]), ...rest],
  {cwd: root, stdio: 'inherit'},
)
process.exit(status ?? 1)
