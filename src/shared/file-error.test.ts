import {readFile} from 'node:fs/promises'
import {expect, test} from 'vitest'
import {onFileError} from './file-error.ts'

test('an error of the file system has the value instead', async () => {
  expect(await readFile('/nonexistent/file', 'utf8').catch(onFileError('none'))).toBe('none')
  expect(await readFile('/', 'utf8').catch(onFileError('none'))).toBe('none')
})

test('a bug is thrown', async () => {
  await expect(readFile('\0').catch(onFileError('none'))).rejects.toThrow(TypeError)
  await expect(Promise.reject(new TypeError('x')).catch(onFileError('none'))).rejects.toThrow('x')
})
