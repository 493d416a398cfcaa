// Packs the project, installs the package as the README says, in another folder, and starts it: no file may be missing.
import {execFileSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'hubspoke-package-'))
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {cwd: root, stdio: 'inherit'})
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  if (!tarball) throw new Error('npm pack left no package')
  if (!readFileSync(join(root, 'README.md'), 'utf8').includes(`npm install --global ./${tarball}`)) {
    throw new Error(`the README installs another package than ${tarball}`)
  }
  const prefix = join(folder, 'global')
  const install = ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', '--prefer-offline']
  execFileSync('npm', [...install, `./${tarball}`], {cwd: folder, stdio: 'inherit'})
  const program = join(prefix, 'bin', 'hubspoke')
  const help = execFileSync(process.execPath, [program, 'restart', '--help'])
  if (!help.includes('EXIT CODES')) throw new Error('the installed program shows no help')
  if (!existsSync(join(prefix, 'lib', 'node_modules', 'hubspoke', 'alerts', 'hubspoke.rules.yml'))) {
    throw new Error('the package has no alerts')
  }
  console.log('The package installs and starts.')
} finally {
  rmSync(folder, {recursive: true, force: true})
}
