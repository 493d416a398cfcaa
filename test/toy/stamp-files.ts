import {appendFile, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {type Failure, HubspokeError} from '../../src/model/failure.ts'
import type {Attempt, Receipt, Settled, Spoke, Written} from '../../src/model/spoke.ts'
import type {Target} from '../../src/model/target.ts'
import {textArgument} from '../../src/verbs/text-argument.ts'
import type {Verb} from '../../src/verbs/verb.ts'

/** A file of a drawer: a type of target that hubspoke does not know. */
interface FileTarget extends Target {
  readonly path: string
}

/** The files of every drawer (a folder) of a cabinet. */
export async function filesIn(cabinet: string): Promise<readonly FileTarget[]> {
  const drawers = (await readdir(cabinet)).sort()
  const found = drawers.map(async (drawer) =>
    (await readdir(join(cabinet, drawer))).sort().map((name) => {
      const path = join(cabinet, drawer, name)
      return {type: 'file', key: path, label: `${drawer}/${name}`, place: drawer, via: 'hand', path}
    }),
  )
  return (await Promise.all(found)).flat()
}

const torn: Failure = {class: 'rollout', message: 'the paper is torn', suggestions: ['replace the paper']}
const wet: Failure = {class: 'rollout', message: 'the ink does not hold', suggestions: []}
const locked = (path: string) => new HubspokeError('unreachable', `${path} is in use.`)
const lines = async (path: string) => (await readFile(path, 'utf8')).split('\n')

/**
 * Appends a line to each file: `TEXT MARK`. A file whose text says so is in use for its first attempts (`busy`), or fails
 * after the write (`torn`). The lines `page …` of a file are parts of it, stamped one after the other; a `wet` one refuses.
 */
export const stampFiles: Verb<{readonly text: string}> = {
  name: 'stamp-files',
  targetType: 'file',
  retry: 'safe',
  reverts: false,
  parse: (recorded) => ({text: textArgument(recorded, 'text')}),
  canonical: ({text}) => ({text}),
  words: ({text}) => [text],
  text: ({text}) => ({
    heading: `stamp every file with ${text}`,
    unfinished: `stamp the files that lack ${text}`,
    question: 'Stamp',
    again: 'the stamp of',
    target: 'file',
    place: 'drawer',
  }),
  needs: () => [],
  spoke({text}, {mark, clock}): Spoke {
    const stamp = `${text} ${mark}`
    const asked = new Map<string, number>()
    return {
      async act(target, attempt): Promise<Settled | Written> {
        const {path} = target as FileTarget
        const times = (asked.get(path) ?? 0) + 1
        asked.set(path, times)
        const found = await lines(path)
        if (found.includes(stamp)) return {outcome: 'written', receipt: {stamp}, found: !attempt.sentBefore}
        if (found.includes('busy') && times < 3) throw locked(path)
        const pages = found.filter((line) => line.startsWith('page '))
        if (pages.length > 0) return stampPages({path, stamp, pages, found}, attempt)
        await attempt.writing({last: found.at(-1) ?? null})
        await appendFile(path, `\n${stamp}`)
        return {outcome: 'written', receipt: {stamp}}
      },
      async settle(target, receipt: Receipt): Promise<Settled> {
        await clock.sleep(20)
        const found = await lines((target as FileTarget).path)
        if (found.includes('torn')) return {outcome: 'failed', reason: torn.message, failure: torn}
        const isThere = found.filter((line) => line === receipt.stamp).length === 1
        return isThere ? {outcome: 'succeeded', reason: 'stamped'} : {outcome: 'failed', reason: 'gone', failure: torn}
      },
      inspect: (target) => [`cat ${(target as FileTarget).path}`],
    }
  },
}

interface Pages {
  readonly path: string
  readonly stamp: string
  readonly pages: readonly string[]
  readonly found: readonly string[]
}

async function stampPages({path, stamp, pages, found}: Pages, attempt: Attempt): Promise<Settled> {
  for (const name of pages) await attempt.part({name, outcome: 'not-run', reason: ''})
  for (const name of pages) {
    if (found.includes(`${stamp} on ${name}`)) await attempt.part({name, outcome: 'unchanged', reason: ''})
    else if (name.endsWith('wet')) await attempt.part({name, outcome: 'failed', reason: wet.message, failure: wet})
    else {
      await attempt.writingPart(name)
      await appendFile(path, `\n${stamp} on ${name}`)
      await attempt.part({name, outcome: 'succeeded', reason: ''})
    }
  }
  const isWet = pages.some((name) => name.endsWith('wet'))
  return isWet ? {outcome: 'failed', reason: wet.message, failure: wet} : {outcome: 'succeeded', reason: 'stamped'}
}
