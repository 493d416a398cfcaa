import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect} from 'vitest'

export const goldenFolder = join(import.meta.dirname, '..', 'golden')

/** Holds a text against its golden file; with `UPDATE_GOLDEN=1` in the environment the file is updated. */
export function expectGolden(name: string, text: string): void {
  const path = join(goldenFolder, name)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, text)
  }
  const golden = existsSync(path) ? readFileSync(path, 'utf8') : ''
  expect(text, `test/golden/${name}, which UPDATE_GOLDEN=1 renews`).toBe(golden)
}
