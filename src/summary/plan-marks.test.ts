import {expect, test} from 'vitest'
import type {Disruption} from '../model/marks.ts'
import type {Owner} from '../model/owner.ts'
import type {MarkedTarget} from '../model/plan-view.ts'
import {markLines} from './plan-marks.ts'
import {failure, target} from './testing/facts.ts'
import type {ViewOptions} from './view-options.ts'

const terminal: ViewOptions = {width: 80, color: false, wide: false, printable: (text) => text}
const recreate: Disruption = {why: 'recreate', message: 'Recreate'}
const budget: Disruption = {why: 'disruption-budget', message: '2 of 4 away at once, budget web allows 1'}
const argo = (name: string): Owner => ({tool: 'argo-cd', kind: 'Application', namespace: null, name})
const flux: Owner = {tool: 'flux', kind: 'Kustomization', namespace: 'flux-system', name: 'apps'}

function marked(path: string, owner: Owner | null, ...disruption: Disruption[]): MarkedTarget {
  return {target: target(path), owner, disruption}
}

const text = (targets: readonly MarkedTarget[], options = terminal) =>
  markLines({marked: targets, budgetsNotRead: []}, options).join('\n')

test('disruption, broken budgets, budgets that were not read, and owners', () => {
  const targets = [
    marked('eu/shop/Deployment/cart', argo('shop-prod'), recreate),
    marked('eu/shop/Deployment/web', argo('shop-prod'), budget),
    marked('us/shop/Deployment/web', flux),
    marked('us/shop/Deployment/api', null),
  ]
  const budgetsNotRead = ['us/pay', 'us/edge'].map((place) => ({
    context: place.split('/')[0] ?? '',
    namespace: place.split('/')[1] ?? null,
    failure: failure('forbidden'),
  }))
  expect(`\n${markLines({marked: targets, budgetsNotRead}, terminal).join('\n')}`).toMatchInlineSnapshot(`
    "
    1 workload is unavailable during its rollout: eu/shop/Deployment/cart
    (Recreate).
    1 workload breaks a disruption budget, which rollouts ignore:
    eu/shop/Deployment/web (2 of 4 away at once, budget web allows 1).
    Disruption budgets not read in us/pay and us/edge (forbidden).

    3 targets have an owner:
      Argo CD Application: shop-prod (2)
      Flux Kustomization: flux-system/apps (1)
    "
  `)
})

test('nothing to mark is no line', () => {
  expect(text([marked('eu/shop/Deployment/web', null)])).toBe('')
})

test('five hundred marked targets are a few lines of 80 columns; -o wide names them all', () => {
  const targets = Array.from({length: 500}, (_, at) => {
    const owner = at % 2 === 0 ? argo(`team-${at % 40}-application`) : flux
    return marked(
      `production-eu-west-${at % 9}/namespace-${at % 30}/Deployment/workload-${at}`,
      owner,
      recreate,
      budget,
    )
  })
  const lines = text(targets).split('\n')
  expect(lines.length).toBeLessThan(25)
  expect(Math.max(...lines.map(({length}) => length))).toBeLessThanOrEqual(80)
  expect(lines[0]).toMatch(/^500 workloads are unavailable during their rollouts:/)
  expect(text(targets)).toContain('and 495 more.')
  const wide = text(targets, {...terminal, wide: true})
  expect(wide).toContain('workload-499 (Recreate)')
})
