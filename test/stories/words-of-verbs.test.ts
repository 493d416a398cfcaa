import {describe, expect, test} from 'vitest'
import {verbs} from '../../src/verbs/verbs.ts'
import {image, openFleet} from '../support/sandbox-fleet.ts'

/** The words after the name of each verb that begin a run of it over what runs the image. */
const words: Readonly<Record<string, readonly string[]>> = {
  restart: [image],
  'set-image': [image, ':2.0'],
  scale: [image, '--replicas', '2'],
  undo: [image],
  foreach: [image],
}
const command: Readonly<Record<string, readonly string[]>> = {foreach: ['--', '/bin/echo']}

const workloads = [
  {namespace: 'shop', name: 'all', image: `${image}:1.0`, strategy: 'Recreate', replicas: 2},
  {namespace: 'shop', name: 'held', image: `${image}:1.0`, paused: true},
  {kind: 'StatefulSet', namespace: 'shop', name: 'by-hand', image: `${image}:1.0`, strategy: 'OnDelete'},
  {kind: 'StatefulSet', namespace: 'shop', name: 'kept', image: `${image}:1.0`, partition: 1, replicas: 1},
] as const

async function planOf(verb: string) {
  await using fleet = await openFleet([{name: 'eu', workloads}])
  const flags = ['--all-contexts', '--dry-run', 'client']
  const {stdout, stderr} = await fleet.shell.run(verb, ...(words[verb] ?? []), ...flags, ...(command[verb] ?? []))
  return `${stderr}${stdout}`.replace(/\s+/g, ' ')
}

const ofWorkloads = [...verbs.values()].filter(({targetType}) => [targetType].flat().includes('workload'))

describe.each(ofWorkloads.map(({name}) => name))('the plan of %s', (verb) => {
  test('is in its own words: only a restart restarts', async () => {
    const plan = await planOf(verb)
    expect(plan).toContain('Total 4 targets')
    expect(/restart/i.test(plan)).toBe(verb === 'restart')
  })

  test('says which workloads are unavailable meanwhile, and which keep their pods, where pods are replaced', async () => {
    const plan = await planOf(verb)
    const replaces = verbs.get(verb)?.replacesPods !== false
    expect(plan.includes('1 workload is unavailable during its rollout: eu/shop/Deployment/all')).toBe(replaces)
    expect(plan.includes('eu/shop/Deployment/held (paused: no pod is replaced until it is resumed)')).toBe(replaces)
    expect(plan.includes('eu/shop/StatefulSet/by-hand (OnDelete: pods are replaced only when they are deleted)')).toBe(
      replaces,
    )
    expect(plan.includes('eu/shop/StatefulSet/kept (partition 1 covers all its pods: none is replaced)')).toBe(replaces)
  })
})
