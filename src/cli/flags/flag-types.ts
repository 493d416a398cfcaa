import {Flags} from '@oclif/core'
import {type Freshness, parseFreshness} from '../../discovery/cache/freshness.ts'
import {parseWaves} from '../../distribution/waves/plan-waves.ts'
import {HubspokeError} from '../../model/failure.ts'
import {type WorkloadKind, workloadKinds} from '../../model/workload.ts'
import {parseDuration} from '../../shared/duration.ts'
import {parseReason} from '../consent/reason.ts'
import {pauseMs} from '../run/wave-request.ts'

/** A duration with a unit (`30s`, `1h30m`), in milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'DURATION',
  async parse(input) {
    const ms = parseDuration(input)
    if (ms === undefined) {
      throw new HubspokeError('usage', `"${input}" is no duration: write a number with a unit, such as 30s or 1h30m.`)
    }
    return ms
  },
})

const kindNames: Readonly<Record<string, WorkloadKind>> = {
  ...Object.fromEntries(
    workloadKinds.flatMap((kind) => [kind.toLowerCase(), `${kind.toLowerCase()}s`].map((name) => [name, kind])),
  ),
  deploy: 'Deployment',
  sts: 'StatefulSet',
  ds: 'DaemonSet',
}

/** A kind of workload by any of the names that kubectl takes. */
export const kindFlag = Flags.custom<WorkloadKind>({
  helpValue: 'KIND',
  async parse(input) {
    const kind = kindNames[input.toLowerCase()]
    if (!kind) throw new HubspokeError('usage', `"${input}" is no kind: choose among ${workloadKinds.join(', ')}.`)
    return kind
  },
})

/** `N` or `N%`, as it was typed. */
export const amountFlag = Flags.custom<string>({
  helpValue: 'N|N%',
  async parse(input) {
    if (!/^\d+%?$/.test(input)) throw new HubspokeError('usage', `"${input}" is neither a number nor a percentage.`)
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
    if (pauseMs(input) === undefined) {
      throw new HubspokeError('usage', `"${input}" is no pause: write "ask", or a duration of up to 24h, such as 5m.`)
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
