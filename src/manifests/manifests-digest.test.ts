import {expect, test} from 'vitest'
import {manifestsDigest} from './manifests-digest.ts'
import {parseManifests} from './parse-manifests.ts'
import {parsed} from './testing/manifests.ts'

const a = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "1", y: "2"}\n'
const b = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n'

test('formatting, order of keys and documents, file names and what a server sets do not matter', () => {
  const digest = manifestsDigest(parsed(`${a}---\n${b}`))
  expect(digest).toMatch(/^sha256:[\da-f]{64}$/)
  const other = '# other\nkind: ConfigMap\ndata:\n  y: "2"\n  x: "1"\nmetadata: {uid: u, name: a}\napiVersion: v1\n'
  expect(manifestsDigest(parseManifests(`${b}---\n${other}`, 'other'))).toBe(digest)
})

test('a value, its type, the order of a list and a missing object do matter', () => {
  const one = (data: string) => manifestsDigest(parsed(`${b}data: ${data}\n`))
  const digests = ['{x: 1}', '{x: "1"}', '{x: [1, 2]}', '{x: [2, 1]}', '{x: null}', '{x: 2}'].map(one)
  expect(new Set([...digests, manifestsDigest(parsed(b))]).size).toBe(7)
})
