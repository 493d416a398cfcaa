import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {shippedNames} from '../../src/cli/scenario/open-scenario.ts'
import {kubectlOrSkip} from '../kubeconfig/kubectl.ts'
import {
  type CommandStep,
  flowing,
  type Incident,
  incidentPages,
  openIncident,
  type PageStep,
  stepsOf,
} from '../support/incident.ts'

const names = (await shippedNames()).filter((name) => name.startsWith('incident/'))
const pageOf = (name: string) => readFileSync(join(incidentPages, `${name.replace('incident/', '')}.md`), 'utf8')
const kubectl = await kubectlOrSkip()

test('every incident has a page, and every page its incident', () => {
  const pages = readdirSync(incidentPages).filter((file) => file !== 'README.md')
  expect(pages.map((file) => `incident/${file.replace('.md', '')}`).sort()).toEqual([...names])
  const index = readFileSync(join(incidentPages, 'README.md'), 'utf8')
  for (const file of pages) expect(index).toContain(`](${file})`)
})

/** In steps, so that what begins meanwhile takes its time, too. */
async function wait({clock}: Incident, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) await clock.advance(Math.min(left, 10_000))
}

describe.each(names)('%s', (name) => {
  const steps = stepsOf(pageOf(name))
  const usesKubectl = steps.some((step) => step.type === 'command' && step.program === 'kubectl')

  test.skipIf(usesKubectl && kubectl === undefined)(
    'its page does what it says',
    async () => {
      await using incident = await openIncident(name)
      const run = async ({program, words}: CommandStep) => {
        if (program === 'hubspoke') {
          const {stdout, stderr, exitCode} = await incident.shell.run(...words)
          return {text: stderr + stdout, exitCode}
        }
        expect(program).toBe('kubectl')
        const text = await kubectl?.(words, {KUBECONFIG: incident.shell.kubeconfigPath, HOME: incident.shell.home})
        return {text: text ?? '', exitCode: 0}
      }
      for (const step of steps) {
        if (step.type === 'wait') await wait(incident, step.ms)
        else if (step.words[0] !== 'sandbox') {
          const {text, exitCode} = await run(step)
          const typed = [step.program, ...step.words].join(' ')
          for (const line of step.says) expect(flowing(text), typed).toContain(flowing(line))
          expect(exitCode, `${typed}\n${text}`).toBe(step.exitCode ?? 0)
        }
      }
    },
    120_000,
  )

  test('its page starts it, and has the commands that it expects, with their verdicts and codes', async () => {
    await using incident = await openIncident(name)
    const waitBefore = (step: PageStep | undefined) => {
      const before = step === undefined ? undefined : steps[steps.indexOf(step) - 1]
      return before?.type === 'wait' ? before.ms : undefined
    }
    const commands = steps.flatMap((step) => (step.type === 'command' ? [step] : []))
    const typed = commands.map(({words}) => words.join(' '))
    expect(typed[0]).toBe(`sandbox --scenario ${name}`)
    expect(incident.scenario.expect).not.toEqual([])
    for (const {run, exitCode, verdict, afterMs} of incident.scenario.expect) {
      const found = commands.find(({words}) => words.join(' ') === run)
      expect(found, run).toMatchObject({program: 'hubspoke', exitCode})
      expect(waitBefore(found), run).toBe(afterMs)
      expect(found?.says.map((line) => line.replace(/^Exit \d+: /, ''))).toContain(verdict)
    }
    for (const step of commands.slice(1)) {
      if (step.program === 'hubspoke') expect(step.exitCode, step.words.join(' ')).toBeDefined()
    }
  })
})
