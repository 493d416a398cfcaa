import {describe, expect, test} from 'vitest'
import {openFleet} from '../support/sandbox-fleet.ts'
import type {FindReport, RunReport} from '../support/workload-documents.ts'

const shop = (name: string, tag: string) => ({namespace: 'shop', name, image: `ghcr.io/acme/shop:${tag}`, replicas: 1})
const clusters = [
  {name: 'eu', workloads: [shop('web', '3.1.4'), shop('api', '3.1.4')], contexts: [{name: 'eu-admin'}]},
  {name: 'us', workloads: [shop('web', '3.1.4'), {namespace: 'ops', name: 'lb', image: 'nginx:1.27', replicas: 1}]},
]

const mistyped = [
  {asked: 'shop', meant: 'ghcr.io/acme/shop', workloads: 3},
  {asked: 'acme/shop', meant: 'ghcr.io/acme/shop', workloads: 3},
  {asked: 'ghcr.io/acme/shp', meant: 'ghcr.io/acme/shop', workloads: 3},
  {asked: 'ghcr.io/acme/shop:3.1.44', meant: 'ghcr.io/acme/shop:3.1.4', workloads: 3},
  {asked: 'ngnix', meant: 'nginx', workloads: 1},
]

describe.each(mistyped)('$asked', ({asked, meant, workloads}) => {
  test('find and restart ask whether it was meant otherwise, and end with 3', async () => {
    await using fleet = await openFleet(clusters)
    for (const words of [
      ['find', asked],
      ['restart', asked, '--all-contexts', '--yes'],
    ]) {
      const {document, exitCode} = await fleet.shell.run(...words, '-o', 'json')
      const report = document() as FindReport | RunReport
      expect(exitCode).toBe(3)
      expect(report.nearImages[0]).toEqual({image: meant, workloads})
      expect(report.suggestions[0]).toBe(`hubspoke find ${meant}`)
      const table = await fleet.shell.run(...words)
      expect(table.stdout).toContain(`Did you mean ${meant} (${workloads} workload`)
      expect(table.stdout).toContain(`  hubspoke find ${meant}\n`)
      expect(table.exitCode).toBe(3)
    }
    expect(fleet.writes()).toEqual([])
  })

  test('so does an answer from the image cache', async () => {
    await using fleet = await openFleet(clusters)
    await fleet.shell.run('cache', 'refresh', '--all-contexts', '--yes')
    const {document, exitCode} = await fleet.shell.run('find', asked, '--fresh', 'cache', '-o', 'json')
    const {nearImages, clusters: read} = document() as FindReport
    expect(read.map(({tier}) => tier)).toEqual(['cache', 'cache', 'cache'])
    expect(nearImages[0]).toEqual({image: meant, workloads})
    expect(exitCode).toBe(3)
  })
})

test('nothing is suggested where something matched, or nothing is near', async () => {
  await using fleet = await openFleet(clusters)
  for (const asked of ['ghcr.io/acme/shop', 'zzzzzz']) {
    const {document} = await fleet.shell.run('find', asked, '-o', 'json')
    expect(document()).toMatchObject({nearImages: [], suggestions: []})
  }
})

test('bare names and values leave stdout to what was found: what may have been meant is on stderr', async () => {
  await using fleet = await openFleet(clusters)
  for (const words of [
    ['find', 'shop'],
    ['restart', 'shop', '--all-contexts', '--yes'],
  ]) {
    for (const format of ['tsv', 'name']) {
      const {stdout, stderr, exitCode} = await fleet.shell.run(...words, '-o', format)
      expect(stderr).toContain('Did you mean ghcr.io/acme/shop (3 workloads)?')
      expect(stdout).not.toContain('Did you mean')
      expect(exitCode).toBe(3)
    }
  }
})

test.each([['find'], ['restart', '--yes']])(
  'the command that %s suggests searches where it has searched',
  async (...words) => {
    await using fleet = await openFleet(clusters)
    const [command = '', ...more] = words
    const selection = ['-c', 'eu*', '-n', 'shop', '-l', 'tier!=x', '--kind', 'deployment']
    const typed = [command, 'ghcr.io/acme/shp', ...more, '--context=eu*', ...selection.slice(2)]
    const {document} = await fleet.shell.run(...typed, '-o', 'json')
    const {suggestions} = document() as FindReport | RunReport
    expect(suggestions[0]).toBe("hubspoke find ghcr.io/acme/shop -c 'eu*' -n shop -l 'tier!=x' --kind deployment")
  },
)
