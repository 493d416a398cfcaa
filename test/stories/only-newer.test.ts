import {expect, test} from 'vitest'
import {image, openFleet} from '../support/sandbox-fleet.ts'
import type {RunReport} from '../support/workload-documents.ts'

const tags = {
  older: '1.4.1',
  same: '1.4.2',
  newer: '1.5.0',
  prerelease: '1.4.2-rc.1',
  floating: 'latest',
  short: '1.4',
} as const

const fleetOfTags = () =>
  openFleet([
    {
      name: 'eu',
      workloads: Object.entries(tags).map(([name, tag]) => ({
        namespace: 'shop',
        name,
        image: `${image}:${tag}`,
        replicas: 1,
      })),
    },
  ])

test('set-image --only-newer leaves the same, newer and unknown versions as they are, and says so', async () => {
  await using fleet = await fleetOfTags()
  const words = ['set-image', image, ':1.4.2', '--all-contexts', '--yes', '--only-newer'] as const
  const planned = await fleet.shell.run(...words, '--dry-run', 'client')
  expect(planned.stderr).toContain(`${image}:1.5.0 (no older version: it stays)`)
  expect(planned.stderr).toContain(`${image}:1.4.1 → :1.4.2`)
  const report = (await fleet.shell.run(...words, '-o', 'json')).document() as RunReport
  const results = Object.fromEntries(report.results.map(({name, outcome, reason}) => [name, `${outcome} ${reason}`]))
  expect(results).toMatchObject({
    older: expect.stringMatching(/^succeeded/),
    prerelease: expect.stringMatching(/^succeeded/),
    same: `unchanged it runs ${image}:1.4.2 already`,
    newer: `unchanged it runs ${image}:1.5.0, which is no older version`,
    floating: `unchanged it runs ${image}:latest, which is no older version`,
    short: `unchanged it runs ${image}:1.4, which is no older version`,
  })
  expect(report.verdict.code).toBe(0)
  expect(fleet.writes().map((write) => write.split('/').at(-1))).toEqual(['older', 'prerelease'])
})

test('--only-newer needs a version', async () => {
  await using fleet = await fleetOfTags()
  const ended = await fleet.shell.run('set-image', image, ':stable', '--all-contexts', '--yes', '--only-newer')
  expect(ended.stderr).toContain('--only-newer needs a NEW whose tag is a version, and ":stable" has none.')
  expect(ended.exitCode).toBe(2)
  expect(fleet.writes()).toEqual([])
})
