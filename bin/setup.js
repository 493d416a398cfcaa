// Makes a clone ready to run: installs and builds missing or outdated parts, and reports it. Runs on any Node.js from 18.
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const say = (text) => process.stderr.write(`${text}\n`)

/** Runs a command and shows its output only when it fails, so that a fresh clone starts without warnings. */
function run(command, args) {
  const {status, stdout, stderr, error} = spawnSync(command, args, {cwd: root, encoding: 'utf8'})
  if (status === 0) return
  say(error ? error.message : `${stdout}${stderr}`)
  say(`"${command} ${args.join(' ')}" failed; its output is above.`)
  process.exit(1)
}

/** Does `stamp` contain the fingerprint of what would be built now? */
const isCurrent = (stamp, fingerprint) => existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint

function fingerprintOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) hash.update(path).update(readFileSync(path))
  return hash.digest('hex')
}

function sourceFiles(folder) {
  return readdirSync(folder, {recursive: true})
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.test.ts') && !path.includes('testing'))
    .sort()
}

function timed(title, action) {
  say(`${title} …`)
  const startedAt = Date.now()
  action()
  say(`${title}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`)
}

const installStamp = join(root, 'node_modules', '.hubspoke-installed')
const installed = fingerprintOf([join(root, 'package-lock.json')])
if (!isCurrent(installStamp, installed)) {
  timed('Installing the dependencies (the first time takes about a minute)', () => {
    run('npm', ['ci', '--no-audit', '--no-fund', '--engine-strict=false', '--loglevel=error'])
    writeFileSync(installStamp, installed)
  })
}

const buildStamp = join(root, 'dist', '.built')
const built = fingerprintOf([join(root, 'tsconfig.json'), ...sourceFiles(join(root, 'src'))])
if (!isCurrent(buildStamp, built)) {
  timed('Building', () => {
    rmSync(join(root, 'dist'), {recursive: true, force: true})
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'src')])
    writeFileSync(buildStamp, built)
  })
}
