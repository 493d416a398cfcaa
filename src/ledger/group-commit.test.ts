import {open} from 'node:fs/promises'
import {describe, expect, test} from 'vitest'
import {createGroupCommit} from './group-commit.ts'

/** A file whose syncs end when the test says so. */
function slowFile() {
  const calls: string[] = []
  const syncs: PromiseWithResolvers<void>[] = []
  return {
    calls,
    syncs,
    async appendFile(text: unknown) {
      calls.push(`append ${JSON.stringify(text)}`)
    },
    datasync() {
      calls.push('sync')
      const sync = Promise.withResolvers<void>()
      syncs.push(sync)
      return sync.promise
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('group commit', () => {
  test('fifty appends of one moment share one sync, in order', async () => {
    const file = slowFile()
    const commit = createGroupCommit(file)
    const lines = Array.from({length: 50}, (_, index) => `${index}\n`)
    const commits = Promise.all(lines.map(commit))
    await turn()
    expect(file.calls).toEqual([`append ${JSON.stringify(lines.join(''))}`, 'sync'])
    file.syncs[0]?.resolve()
    await commits
  })

  test('what comes during a sync waits for the next one, together', async () => {
    const file = slowFile()
    const commit = createGroupCommit(file)
    const ended: string[] = []
    const first = commit('a\n').then(() => ended.push('a'))
    await turn()
    const others = ['b\n', 'c\n'].map((line) => commit(line).then(() => ended.push(line.trim())))
    await turn()
    expect(file.calls).toEqual(['append "a\\n"', 'sync'])
    expect(ended).toEqual([])
    file.syncs[0]?.resolve()
    await first
    await turn()
    expect(file.calls).toEqual(['append "a\\n"', 'sync', 'append "b\\nc\\n"', 'sync'])
    expect(ended).toEqual(['a'])
    file.syncs[1]?.resolve()
    await Promise.all(others)
    expect(ended).toEqual(['a', 'b', 'c'])
  })

  test('after a failed sync everything rejects with its error, and nothing is written any more', async () => {
    const file = slowFile()
    const commit = createGroupCommit(file)
    const first = commit('a\n')
    await turn()
    const second = commit('b\n')
    file.syncs[0]?.reject(new Error('EIO'))
    await expect(first).rejects.toThrow('EIO')
    await expect(second).rejects.toThrow('EIO')
    await expect(commit('c\n')).rejects.toThrow('EIO')
    expect(file.calls).toEqual(['append "a\\n"', 'sync'])
  })

  test('a full disk is a failed append', async () => {
    const file = await open('/dev/full', 'a')
    try {
      const commit = createGroupCommit(file)
      await expect(commit('a\n')).rejects.toMatchObject({code: 'ENOSPC'})
      await expect(commit('b\n')).rejects.toMatchObject({code: 'ENOSPC'})
    } finally {
      await file.close()
    }
  })
})
