// Packs the project, installs the package elsewhere as a user would, and starts it.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'hubspoke-package-'))
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {cwd: root, stdio: 'inherit'})
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  if (!tarball) throw new Error('npm pack left no package')
  const install = ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, join(folder, tarball)]
  execFileSync('npm', install, {cwd: folder, stdio: 'inherit'})
  const help = execFileSync(process.execPath, [join(folder, 'node_modules/hubspoke/bin/run.js'), 'restart', '--help'])
  if (!help.includes('EXIT CODES')) throw new Error('the installed program shows no help')
  console.log('The package installs and starts.')
} finally {
  rmSync(folder, {recursive: true, force: true})
}
