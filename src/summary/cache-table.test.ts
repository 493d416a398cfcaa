import {expect, test} from 'vitest'
import type {CacheEntry} from '../model/cache-entry.ts'
import {renderCacheTable} from './cache-table.ts'
import {summarizeCaches} from './summarize.ts'
import {failure} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}

function cache(context: string, state: CacheEntry['state'], more: Partial<CacheEntry> = {}): CacheEntry {
  return {
    context,
    server: `https://${context}.example:6443`,
    uid: `uid-of-${context}`,
    state,
    reason: '',
    builtAt: '2026-11-24T03:00:00Z',
    ageMs: 180_000,
    workloads: 5021,
    images: 240,
    shards: 0,
    bytes: 712_345,
    provenAt: null,
    watch: null,
    problem: null,
    ...more,
  }
}

test('one row per context, what went wrong first', () => {
  const report = summarizeCaches([
    cache('eu-west', 'saved'),
    cache('us-east', 'not-saved', {reason: 'a newer cache was saved meanwhile'}),
    cache('ap-south', 'not-saved', {problem: failure('forbidden', 'May not update configmaps.', 'hubspoke check')}),
    cache('lab', 'not-read', {problem: failure('unreachable', 'Cannot reach it.')}),
  ])
  expect(renderCacheTable(report, terminal)).toMatchInlineSnapshot(`
    "NOT READ  lab  (unreachable)
      Cannot reach it.

    NOT SAVED  ap-south  (forbidden)
      May not update configmaps.

    CONTEXT   CACHE      AGE  WORKLOADS  IMAGES       SIZE  WHY
    eu-west   saved      3m        5021     240  695.6 KiB
    us-east   not-saved  3m        5021     240  695.6 KiB  a newer cache was saved
                                                            meanwhile
    ap-south  not-saved  3m        5021     240  695.6 KiB

    Next:
      hubspoke check
    Exit 1: The image cache of 1 of 4 contexts could not be saved.
    "
  `)
})

test('a context without a cache shows what is not known as -', () => {
  const unknown = {builtAt: null, ageMs: null, workloads: null, images: null, shards: null, bytes: null}
  const report = summarizeCaches([cache('eu', 'missing', {...unknown, reason: 'there is no ConfigMap'})])
  expect(renderCacheTable(report, terminal)).toMatch(/eu +missing +- +- +- +- +there is no ConfigMap\n/)
})

test('shards are shown where there are any, and to who wants to see everything', () => {
  const whole = summarizeCaches([cache('eu', 'present')])
  const mixed = summarizeCaches([cache('eu', 'present'), cache('us', 'present', {shards: 64})])
  expect(renderCacheTable(whole, terminal)).not.toContain('SHARDS')
  expect(renderCacheTable(whole, {...terminal, wide: true})).toMatch(/IMAGES +SHARDS +SIZE.*\n.* 240 +0 +695/)
  expect(renderCacheTable(mixed, terminal)).toMatch(/SHARDS +SIZE.*\neu .* 240 +0 +695.*\nus .* 240 +64 +695/)
})
