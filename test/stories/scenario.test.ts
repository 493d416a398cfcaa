import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, test, vi} from 'vitest'
import {openShell, type Shell} from '../support/run-command.ts'
import {createVirtualClock} from '../support/virtual-clock.ts'

const day = `
description: One cluster of a shop.
clusters:
  - name: eu
    namespaces: [hubspoke-system]
    workloads:
      - {namespace: shop, name: web, image: "ghcr.io/acme/web:1.0", replicas: 1}
      - {namespace: shop, name: cart, image: "ghcr.io/acme/web:1.0", replicas: 1}
troubles:
  - {type: answer, status: 503, verb: patch, resource: deployments, from: first-write, times: 1}
expect:
  - {run: restart ghcr.io/acme/web --all-contexts --yes, exitCode: 0, verdict: It is retried.}
`

const open = () => openShell({kubeconfig: '', clock: createVirtualClock({autoAdvance: true})})

async function fileOf(shell: Shell, text: string): Promise<string> {
  const path = join(shell.home, 'day.yaml')
  await writeFile(path, text)
  return path
}

describe('sandbox --scenario', () => {
  test('starts the clusters of a file, says what to type, and lets the troubles happen', async () => {
    await using shell = await open()
    const kubeconfig = join(shell.home, 'sandbox.kubeconfig')
    const scenario = await fileOf(shell, day)
    const ended = shell.run('sandbox', '--scenario', scenario, '--write-kubeconfig', kubeconfig)
    const isUp = () => expect(shell.everythingPrinted()).toContain('1 simulated cluster is up, until Ctrl-C')
    await vi.waitFor(isUp, 20_000)
    const restart = ['restart', 'ghcr.io/acme/web', '--all-contexts', '--yes', '--concurrency', '1']
    const {exitCode, document} = await shell.run(...restart, '--kubeconfig', kubeconfig, '-o', 'json')
    expect(document()).toMatchObject({
      results: [
        {name: 'cart', attempts: 1},
        {name: 'web', attempts: 2},
      ],
    })
    expect(exitCode).toBe(0)
    shell.signal('SIGINT')
    const {stderr, exitCode: end} = await ended
    expect(stderr).toContain('One cluster of a shop.')
    expect(stderr).toContain(
      '  hubspoke restart ghcr.io/acme/web --all-contexts --yes\n    ends with 0: It is retried.',
    )
    expect(stderr).toContain('eu: answer with 503 begins')
    expect(end).toBe(0)
  })

  test.each([
    {choice: 'list', exitCode: 0, says: /^incident\/registry-outage +\S/m},
    {choice: 'incident/registry-outege', exitCode: 2, says: 'try: --scenario incident/registry-outage\n'},
    {choice: 'no-such-file.yaml', exitCode: 2, says: 'There is no scenario no-such-file.yaml.'},
  ])('$choice', async ({choice, exitCode, says}) => {
    await using shell = await open()
    const ended = await shell.run('sandbox', '--scenario', choice)
    expect(ended.stdout + ended.stderr).toMatch(says)
    expect(ended.stdout === '').toBe(exitCode !== 0)
    expect(ended.exitCode).toBe(exitCode)
  })

  test.each([
    {text: day.replace('workloads:', 'wrokloads:'), says: '(line 6, column 5) is not a known key here'},
    {text: day.replace('name: web,', 'name: cart,'), says: 'The scenario cannot be started: '},
  ])('a wrong file ends with 2: $says', async ({text, says}) => {
    await using shell = await open()
    const {stderr, exitCode} = await shell.run('sandbox', '--scenario', await fileOf(shell, text))
    expect(stderr).toContain(says)
    expect(exitCode).toBe(2)
  })
})
