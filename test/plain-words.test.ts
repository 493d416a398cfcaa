import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'

/** A phrase that a reader has to read twice, and the term to use instead. */
interface Phrase {
  readonly not: RegExp
  readonly but: string
}

const root = join(import.meta.dirname, '..')

/** In every file: code, tests, documents, help, schemas. */
const phrases: readonly Phrase[] = [
  // An application of Argo CD has the setting self-heal.
  {not: /(?<!self-)\bheal(s|ing|ed)?\b/i, but: 'transient failure, recovers'},
  {not: /\bas wanted\b/, but: 'in the desired state'},
  {not: /\b(take|takes|took|taken|taking) up again\b/, but: 'retry unfinished targets, open again'},
  {not: /\bmend(s|ed)?\b/, but: 'fixed'},
  {not: /\bthat is meant\b/, but: 'confirm by name'},
  {not: /\bwants? one\b/, but: 'required for'},
  {not: /No wait is longer/, but: 'maximum backoff'},
  {not: /Again to abandon/, but: 'press Ctrl-C again to abort'},
  {not: /\b[Ll]ast words\b/, but: 'log tail'},
  {not: /\btakes down\b|takesDown/, but: 'disruption'},
  {not: /\b[Ss]tands in\b|standsIn/, but: 'fallback identity, is in'},
  {not: /\bill\b|\b[Hh]opeless\b/, but: 'faulty, unrecoverable'},
  {not: /[Rr]ecall/, but: 'resume from ledger'},
  {not: /\b[Bb]rake\b|Brake/, but: 'stop controller'},
  {not: /[Aa]nnouncer/, but: 'event recorder'},
  {not: /\b[Ll]inger(s|ed|ing|[A-Z]\w*)?\b/, but: 'post-rollout watch'},
  {not: /\b[Rr]elapse/, but: 'regression'},
  {not: /\b[Vv]igil\b/, but: 'post-rollout watch'},
]

/** In documents, schemas and help: they address the reader. */
const pronouns: readonly Phrase[] = [
  {not: /\b[Nn]obody\b|\b[Ss]omebody\b|\b[Aa]nybody\b|\b[Ww]hoever\b/, but: 'you, hubspoke, the user, another client'},
]

/** This list, and files that hold other text than ours: checksums, and ledgers as an earlier version wrote them. */
const excluded = /^test\/plain-words\.test\.ts$|^package-lock\.json$|\.sum$|^fixtures\/ledgers\//

const forReaders = /^[^/]+\.md$|^docs\/|^schemas\/|^test\/golden\/help\/|^oclif\.manifest\.json$/

const findings = trackedFiles()
  .filter((path) => !excluded.test(path))
  .flatMap((path) => findingsIn(path, forReaders.test(path) ? [...phrases, ...pronouns] : phrases))

test('no file has a phrase that a reader has to read twice', () => {
  expect(findings).toEqual([])
})

function trackedFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z'], {cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024})
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}

/** `path:line: "phrase"; use: term`, for each phrase in a text file. */
function findingsIn(path: string, unwanted: readonly Phrase[]): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8')
  if (text.includes('\0')) return []
  return text.split('\n').flatMap((line, index) =>
    unwanted.flatMap(({not, but}) => {
      const found = not.exec(line)
      return found === null ? [] : [`${path}:${index + 1}: "${found[0]}"; use: ${but}`]
    }),
  )
}
