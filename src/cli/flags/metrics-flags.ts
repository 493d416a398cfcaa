import {Flags} from '@oclif/core'
import {type Endpoint, parseEndpoint} from '../../export/endpoint.ts'
import {isMetricsName} from '../../metrics/metrics-name.ts'
import {HubspokeError} from '../../model/failure.ts'
import type {FilledIn} from './flag-levels.ts'

const isMetricsFile = (path: string): boolean => path.endsWith('.prom')

const metricsFileFlag = Flags.custom<string>({
  helpValue: 'FILE',
  async parse(input) {
    if (isMetricsFile(input)) return input
    throw new HubspokeError('usage', `"${input}" does not end in .prom: node-exporter reads no other file.`)
  },
})

const metricsPushFlag = Flags.custom<string>({
  helpValue: 'URL',
  async parse(input) {
    if (parseEndpoint(input) !== undefined) return input
    // The value may have a password, which no message repeats.
    throw new HubspokeError(
      'usage',
      'The value is not the URL of a Pushgateway: use http or https, without query and fragment, such as http://pushgateway:9091.',
    )
  },
})

const metricsNameFlag = Flags.custom<string>({
  helpValue: 'NAME',
  async parse(input) {
    if (isMetricsName(input)) return input
    throw new HubspokeError(
      'usage',
      `"${input}" is no name for metrics: use at most 63 letters, digits, "-", "_" and ".", such as nightly-restart.`,
    )
  },
})

/** Flags of every verb that writes: where the metrics of the run go. */
export const metricsFlags = {
  'metrics-file': metricsFileFlag({
    summary: 'Write metrics of the run to FILE (.prom) when it has ended, for node-exporter.',
    env: 'HUBSPOKE_METRICS_FILE',
    helpGroup: 'METRICS',
  }),
  'metrics-push': metricsPushFlag({
    summary: 'Push metrics of the run to the Pushgateway at URL when it has ended.',
    env: 'HUBSPOKE_METRICS_PUSH',
    helpGroup: 'METRICS',
  }),
  'metrics-name': metricsNameFlag({
    summary: 'Label "name" of the metrics. Default: the name of the command.',
    env: 'HUBSPOKE_METRICS_NAME',
    helpGroup: 'METRICS',
  }),
}

/** Where the metrics of a run go. */
export interface MetricsTargets {
  /** Undefined: the default. */
  readonly name: string | undefined
  readonly file: string | undefined
  readonly gateway: Endpoint | undefined
}

/** The values of these flags that are valid: a command that was refused for another one has metrics, too. */
export function metricsTargets({said}: Pick<FilledIn, 'said'>): MetricsTargets {
  const valid = (flag: keyof typeof metricsFlags, isValid: (value: string) => boolean) =>
    said.get(flag)?.values.findLast(isValid)
  return {
    name: valid('metrics-name', isMetricsName),
    file: valid('metrics-file', isMetricsFile),
    gateway: parseEndpoint(said.get('metrics-push')?.values.at(-1) ?? ''),
  }
}
