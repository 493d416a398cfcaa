import {Flags} from '@oclif/core'
import {type Freshness, parseFreshness} from '../../discovery/cache/freshness.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {durationUnits, formatDuration, parseDuration, readsAsDuration} from '../../shared/duration.ts'
import {isNamespaceName} from '../../shared/kubernetes-name.ts'
import {parseLimit} from './parse-limit.ts'
import {parsePause} from './parse-pause.ts'
import {parseReason} from './parse-reason.ts'
import {parseWaves} from './parse-waves.ts'

/** Of a flag that may be repeated, or has several values between commas. */
export const severalValues = {multiple: true, multipleNonGreedy: true, delimiter: ','} as const

/** What a duration flag takes, in milliseconds. */
type DurationBounds = {
  /** Default: 0. */
  readonly min?: number
  /** Default: a week. */
  readonly max?: number
}

const hourMs = 3_600_000
const weekMs = 168 * hourMs

/** A duration with a unit (`30s`, `1h30m`), in milliseconds. */
export const durationFlag = Flags.custom<number, DurationBounds>({
  helpValue: 'DURATION',
  async parse(input, _context, {min = 0, max = weekMs}) {
    const ms = parseDuration(input) ?? (readsAsDuration(input) ? Number.POSITIVE_INFINITY : undefined)
    if (ms === undefined) {
      const form = `a number with a unit (${durationUnits}), such as 30s or 1h30m`
      throw new HubspokeError('usage', `Invalid duration "${input}": use ${form}.`)
    }
    if (ms < min) throw new HubspokeError('usage', `"${input}" is too short: ${formatDuration(min)} is the least.`)
    if (ms > max)
      throw new HubspokeError('usage', `"${input}" is too long: ${max / hourMs}h (${formatDuration(max)}) is the most.`)
    return ms
  },
})

const kindNames: ReadonlyMap<string, WorkloadKind> = new Map<string, WorkloadKind>([
  ...workloadKinds.flatMap((kind): [string, WorkloadKind][] => [
    [kind.toLowerCase(), kind],
    [`${kind.toLowerCase()}s`, kind],
  ]),
  ['deploy', 'Deployment'],
  ['sts', 'StatefulSet'],
  ['ds', 'DaemonSet'],
])

/** A kind of workload by any of the names that kubectl takes. */
export const kindFlag = Flags.custom<WorkloadKind>({
  helpValue: 'KIND',
  async parse(input) {
    const kind = kindNames.get(input.toLowerCase())
    if (!kind) throw new HubspokeError('usage', `Invalid kind "${input}": choose among ${workloadKinds.join(', ')}.`)
    return kind
  },
})

/** The name of one namespace. */
export const namespaceFlag = Flags.custom<string>({
  helpValue: 'NAME',
  async parse(input) {
    if (isNamespaceName(input)) return input
    throw new HubspokeError(
      'usage',
      `"${input}" is not a valid namespace name: use at most 63 lower-case letters, digits and "-", such as hubspoke-system.`,
    )
  },
})

/** `N` or `N%`, as it was typed. */
export const amountFlag = Flags.custom<string>({
  helpValue: 'N|N%',
  async parse(input) {
    if (parseLimit(input) === undefined) {
      throw new HubspokeError('usage', `"${input}" is neither a number nor a percentage up to 100%.`)
    }
    return input
  },
})

/** `1,10%,50%,100%`, as it was typed. */
export const wavesFlag = Flags.custom<string>({
  helpValue: '1,10%,50%,100%',
  async parse(input) {
    parseWaves(input)
    return input
  },
})

/** A duration or `ask`, as it was typed. */
export const pauseFlag = Flags.custom<string>({
  helpValue: 'DURATION|ask',
  async parse(input) {
    if (parsePause(input) === undefined) {
      throw new HubspokeError('usage', `Invalid pause "${input}": use "ask", or a duration of up to 24h, such as 5m.`)
    }
    return input
  },
})

/** Why a run is made, as one line. */
export const reasonFlag = Flags.custom<string>({helpValue: 'TEXT', parse: async (input) => parseReason(input)})

/** What `--fresh` takes. */
export const freshFlag = Flags.custom<Freshness>({
  helpValue: 'exact|DURATION|cache|scan',
  async parse(input) {
    const fresh = parseFreshness(input)
    if (fresh === undefined) {
      throw new HubspokeError(
        'usage',
        `--fresh takes exact, scan, cache or a duration such as 30s; "${input}" is none of them.`,
      )
    }
    return fresh
  },
})
