// Packs the project, unpacks the package elsewhere, and starts it: nothing that it needs may be missing from it.
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readdirSync, rmSync, symlinkSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'hubspoke-package-'))
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {cwd: root, stdio: 'inherit'})
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  if (!tarball) throw new Error('npm pack left no package')
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder])
  symlinkSync(join(root, 'node_modules'), join(folder, 'package', 'node_modules'))
  const help = execFileSync(process.execPath, [join(folder, 'package', 'bin', 'run.js'), 'restart', '--help'])
  if (!help.includes('EXIT CODES')) throw new Error('the packed program shows no help')
  console.log('The package is whole and starts.')
} finally {
  rmSync(folder, {recursive: true, force: true})
}
