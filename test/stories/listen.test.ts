import {describe, expect, test} from 'vitest'
import type {ClusterSpec} from '../../src/sandbox/spec.ts'
import {digestOf, restartWeb, whileListening, withSecret} from '../support/listening.ts'
import {image, openFleet, runningWeb} from '../support/sandbox-fleet.ts'

const eu: ClusterSpec = {name: 'eu', workloads: runningWeb('cart', 'web')}
const us: ClusterSpec = {name: 'us', workloads: runningWeb('web')}
const pushed = (tag: string, content: string) => `${image}:${tag}@${digestOf(content)}`

describe('listen', () => {
  test('a pushed image restarts exactly the workloads that run it, in every cluster', async () => {
    await using fleet = await openFleet([eu, us], withSecret)
    const ended = await whileListening(fleet, async ({push, says}) => {
      expect(await push(pushed('1.0', 'a'))).toBe('202 1 event accepted.')
      await says('ended (ok)')
    })
    expect(fleet.restarted()).toEqual(['eu/shop/Deployment/cart', 'eu/shop/Deployment/web', 'us/shop/Deployment/web'])
    expect(fleet.stamps()).toHaveLength(1)
    expect(ended.report().service).toMatchObject({
      events: {accepted: 1},
      runs: {ok: 1},
      eventsWaiting: 0,
      runsUnfinished: 0,
    })
    expect(ended.exitCode).toBe(143)
  })

  test.each([
    {what: 'the same digest again', digests: ['a', 'a'], runs: 1},
    {what: 'a tag that moves from A to B and back to A', digests: ['a', 'b', 'a'], runs: 3},
  ])('$what: $runs', async ({digests, runs}) => {
    await using fleet = await openFleet([us], withSecret)
    const ended = await whileListening(fleet, async ({push, says}) => {
      let count = 0
      for (const [index, digest] of digests.entries()) {
        const answer = await push(pushed('1.0', digest))
        if (digests[index - 1] === digest) expect(answer).toBe('202 Nothing to do: it was accepted before.')
        else await says('ended (ok)', ++count)
      }
    })
    expect(ended.report().service?.runs).toEqual({ok: runs})
  })

  test('100 events of one build are one run, of every tag', async () => {
    await using fleet = await openFleet([us], withSecret)
    const rules = restartWeb.replace(', coalesce: 0s', '')
    const ended = await whileListening(
      fleet,
      async ({push, says}) => {
        for (let build = 0; build < 4; build++) {
          const answers = Array.from({length: 25}, (_, index) => push(pushed(`1.${index % 5}`, `${build} ${index}`)))
          expect(new Set(await Promise.all(answers))).toEqual(new Set(['202 1 event accepted.']))
        }
        await says('ended (ok)')
      },
      {rules},
    )
    expect(ended.stderr).toContain(`restart '${image}:{1.0,1.1,1.2,1.3,1.4}'`)
    expect(ended.stderr).toContain('95 older events are superseded')
    expect(ended.report().service?.runs).toEqual({ok: 1})
  })
})

describe('what leads to no run', () => {
  test.each([
    {image: 'ghcr.io/acme/api:1.0', answer: '202 Nothing to do: No rule is about ghcr.io/acme/api:1.0'},
    {image: `ghcr.io/acme/web@${digestOf('a')}`, answer: '202 Nothing to do: it names no tag.'},
  ])('$image', async ({image: other, answer}) => {
    await using fleet = await openFleet([us], withSecret)
    const ended = await whileListening(fleet, async ({push}) => {
      expect(await push(other)).toContain(answer)
    })
    expect(fleet.writes()).toEqual([])
    expect(ended.report().service).toMatchObject({events: {ignored: 1}, runs: {}})
  })

  test('a wrong secret is refused, and no secret is printed', async () => {
    await using fleet = await openFleet([us], withSecret)
    const ended = await whileListening(fleet, async ({push}) => {
      expect(await push(pushed('1.0', 'a'), {secret: 'wrong'})).toMatch(/^401 /)
    })
    expect(ended.report().service?.events).toEqual({unauthorized: 1})
    expect(fleet.shell.everythingPrinted()).not.toContain(withSecret.env.CI_SECRET)
  })
})
