import {execFileSync} from 'node:child_process'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const pageBytes = 4096
const sizeBytes = 64 * pageBytes

/** A file system of its own, so small that a test can fill it. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string
  /** Leaves so many pages of 4 KiB, and returns how to make room again. */
  fill(pagesLeft: number): () => void
  /** Removes all files. */
  clear(): void
}

function inShell(script: string, ...words: readonly string[]): void {
  execFileSync('sh', ['-c', script, 'sh', ...words], {stdio: 'pipe'})
}

/** Undefined, after it said why, where none can be mounted. */
export async function mountSmallDisk(): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-disk-'))
  try {
    inShell('mount -t tmpfs -o "size=$1" tmpfs "$2"', String(sizeBytes), folder)
  } catch (error) {
    await rm(folder, {recursive: true})
    console.error(`Skipped, no file system can be mounted here: ${error}`)
    return undefined
  }
  const filler = join(folder, 'filler')
  return {
    folder,
    fill(pagesLeft) {
      rmSync(filler, {force: true})
      writeFileSync(filler, '')
      const page = Buffer.alloc(pageBytes)
      for (;;) {
        try {
          writeFileSync(filler, page, {flag: 'a'})
        } catch {
          break
        }
      }
      const size = readFileSync(filler).length - pagesLeft * pageBytes
      writeFileSync(filler, Buffer.alloc(size))
      return () => rmSync(filler)
    },
    clear: () => inShell('rm -rf "$1"/*', folder),
    async [Symbol.asyncDispose]() {
      inShell('umount "$1"', folder)
      await rm(folder, {recursive: true})
    },
  }
}
