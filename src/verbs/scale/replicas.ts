import {HubspokeError} from '../../model/failure.ts'
import {countOf} from '../../shared/words.ts'

/** How many pods are wanted: a number, or one that depends on the present number. */
export type Replicas =
  | {readonly is: 'number'; readonly count: number}
  | {readonly is: 'change'; readonly by: number}
  /** `thousandths` divided by 1000 is the factor: decimal arithmetic, as 10 × 1.1 is 11. */
  | {readonly is: 'factor'; readonly thousandths: number}

/** More pods are a typing error: a cluster of Kubernetes has at most 150,000 (kubernetes.io, "Considerations for large clusters"). */
const mostReplicas = 100_000
const mostTimes = 1_000

/**
 * `5`, `+2`, `-2` or `x1.5`.
 *
 * @throws HubspokeError of class `usage` for anything else, for what would change nothing, and for absurd numbers
 */
export function parseReplicas(text: string): Replicas {
  const [, sign = '', digits] = /^([+-]?)(\d+)$/.exec(text) ?? []
  if (digits !== undefined) return sign === '' ? numberOf(text) : changeOf(text)
  const [, whole, fraction = ''] = /^x(\d+)(?:\.(\d{1,3}))?$/.exec(text) ?? []
  if (whole !== undefined) return factorOf(text, Number(whole) * 1000 + Number(fraction.padEnd(3, '0')))
  throw usage(`Invalid number of replicas "${text}".`, ...forms)
}

const forms = [
  '--replicas 5  for 5 replicas',
  '--replicas +2  for 2 more than each workload has',
  '--replicas -2  for 2 fewer',
  '--replicas x1.5  for 1.5 times as many, rounded up',
]

function numberOf(text: string): Replicas {
  const count = Number(text)
  if (count > mostReplicas) throw tooMany(text)
  return {is: 'number', count}
}

function changeOf(text: string): Replicas {
  const by = Number(text)
  if (by === 0) throw usage(`--replicas ${text} changes nothing.`, ...forms)
  if (Math.abs(by) > mostReplicas) throw tooMany(text)
  return {is: 'change', by}
}

function factorOf(text: string, thousandths: number): Replicas {
  if (thousandths === 0) {
    throw usage(`--replicas ${text} would scale to 0, which needs the number itself.`, '--replicas 0  to scale to 0')
  }
  if (thousandths === 1000) throw usage(`--replicas ${text} changes nothing.`, ...forms)
  if (thousandths > mostTimes * 1000)
    throw usage(`--replicas ${text} is more than ${mostTimes} times the current number.`)
  return {is: 'factor', thousandths}
}

function tooMany(text: string): HubspokeError {
  return usage(`--replicas ${text} is out of range: at most ${mostReplicas} replicas.`)
}

/** The same for every spelling of the same replicas. */
export function replicasText(replicas: Replicas): string {
  switch (replicas.is) {
    case 'number':
      return `${replicas.count}`
    case 'change':
      return replicas.by > 0 ? `+${replicas.by}` : `${replicas.by}`
    case 'factor':
      return `x${replicas.thousandths / 1000}`
    default:
      return replicas satisfies never
  }
}

/**
 * The replicas of a workload that has `current` of them, or why there is no such number, as a clause. A relative value never
 * ends at 0: to end every pod needs the number itself. A factor is rounded up; 0 times anything remains 0.
 */
export function replicasFrom(replicas: Replicas, current: number): number | {readonly problem: string} {
  if (replicas.is === 'number') return replicas.count
  const wanted = replicas.is === 'change' ? current + replicas.by : Math.ceil((current * replicas.thousandths) / 1000)
  const from = `it has ${countOf(current, 'replica')}, and ${replicasText(replicas)}`
  if (wanted < 0) return {problem: `${from} would be fewer than none`}
  if (wanted === 0 && current > 0) return {problem: `${from} would end every pod, which needs --replicas 0`}
  if (wanted > mostReplicas) return {problem: `${from} would be more than ${mostReplicas}`}
  return wanted
}

function usage(message: string, ...suggestions: readonly string[]): HubspokeError {
  return new HubspokeError('usage', message, {suggestions})
}
