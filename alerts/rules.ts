/** A rule of Prometheus that alerts, with the keys of a rules file. Several rules may share a name: they differ in `subject`. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: {readonly summary: string; readonly description: string; readonly runbook: string}
}

/** Every duration of the rules: those without a unit in their name are texts of Prometheus (`15m`). */
export interface AlertTimes {
  /** Over which failures of the runs of a service are counted. */
  readonly window: string
  /** How long a service may be away, for a restart. */
  readonly downFor: string
  readonly stuckSeconds: number
  readonly stuckFor: string
  /** Without a successful one-shot run. */
  readonly missingSeconds: number
  readonly missingFor: string
  /** How long an event may wait for its run. */
  readonly waitingSeconds: number
  /** Events are refused continually when each window of this length has one… */
  readonly refusedWindow: string
  /** …for this long. */
  readonly refusedFor: string
  /** The same where no event at all can be accepted. */
  readonly unwritableFor: string
}

export const alertTimes: AlertTimes = {
  window: '15m',
  downFor: '5m',
  stuckSeconds: 30 * 60,
  stuckFor: '5m',
  missingSeconds: 2 * 86_400,
  missingFor: '1h',
  waitingSeconds: 3_600,
  refusedWindow: '5m',
  refusedFor: '15m',
  unwritableFor: '5m',
}

/** Where the runbooks are: each alert has the heading of its name there. */
const runbooks = 'docs/monitoring.md'

/** The alerts, in the order of the file. `times` other than those of the file are for tests, which cannot wait for hours. */
export function alertRules(times: AlertTimes = alertTimes): readonly AlertRule[] {
  return [
    ...hubFailed(times),
    ...spokeFailureRateHigh(times),
    ...spokesStuck(times),
    ...runMissing(times),
    ...eventsRefused(times),
  ]
}

type Draft = Pick<AlertRule, 'expr' | 'for' | 'labels'> & Pick<AlertRule['annotations'], 'summary' | 'description'>

function alert(name: string, {expr, for: duration, labels, summary, description}: Draft): AlertRule {
  return {
    alert: name,
    expr,
    ...(duration === undefined ? {} : {for: duration}),
    labels,
    annotations: {summary, description, runbook: `${runbooks}#${name.toLowerCase()}`},
  }
}

/** Of a failure rate: what was acted on, and what was planned. A canary that fails leaves the others `not-run`, and counts. */
const actedOn = 'outcome!~"skipped|not-run"'
const planned = 'outcome!="skipped"'
const bad = 'outcome=~"failed|unverified"'

function hubFailed({window, downFor}: AlertTimes): readonly AlertRule[] {
  const name = 'HubspokeHubFailed'
  const severity = 'critical'
  return [
    alert(name, {
      expr: `increase(hubspoke_hub_failures_total[${window}]) > 0`,
      labels: {severity, subject: 'run'},
      summary: 'A {{ $labels.verb }} run of {{ $labels.instance }} ended before any target was started.',
      description:
        'Its failure class is {{ $labels.class }}. On the host of the service, "hubspoke check" names the clusters that do not answer and the permissions that are missing; "hubspoke runs list" and the log of the service name the run.',
    }),
    alert(name, {
      expr: 'up{job="hubspoke"} == 0',
      for: downFor,
      labels: {severity, subject: 'service'},
      summary: 'The hubspoke service {{ $labels.instance }} does not answer Prometheus.',
      description:
        'Push events are not accepted, or the image cache is not kept up to date. Look at its process first: "systemctl status hubspoke", or "kubectl describe pod" and "kubectl logs --previous". After it ended in a run, "hubspoke runs show last" names the unfinished targets.',
    }),
    alert(name, {
      expr: `${exitCodes(2, 6, 70)}
  or
(hubspoke_last_run_exit_code == 4 and sum without (outcome) (hubspoke_last_run_spokes) == 0)`,
      labels: {severity, subject: 'last-run'},
      summary: 'The hubspoke run {{ $labels.name }} ended before any target was started.',
      description:
        'Its exit code is {{ $value }}: 2 wrong usage or configuration, 4 a cluster could not be read, 6 another run holds the lock, 70 a bug. Its stderr has the reason. "hubspoke check" names the clusters that do not answer; "hubspoke runs list" shows a run that has not ended.',
    }),
  ]
}

function exitCodes(...codes: readonly number[]): string {
  return codes.map((code) => `hubspoke_last_run_exit_code == ${code}`).join('\n  or\n')
}

function spokeFailureRateHigh({window}: AlertTimes): readonly AlertRule[] {
  const name = 'HubspokeSpokeFailureRateHigh'
  const ofService = (selector: string) =>
    `sum without (cluster, outcome) (increase(hubspoke_spokes_total{${selector}}[${window}]))`
  const ofLastRun = (selector: string) => `sum without (outcome) (hubspoke_last_run_spokes{${selector}})`
  return [
    alert(name, {
      expr: failureRate(ofService),
      labels: {severity: 'warning', subject: 'run'},
      summary: `{{ $value | humanizePercentage }} of the targets of the {{ $labels.verb }} runs of {{ $labels.instance }} failed within ${window}.`,
      description:
        'On the host of the service, "hubspoke runs list" has its runs, "hubspoke runs show ID" the reason of each target, and "hubspoke runs retry ID" retries them. The panel "Spokes by cluster" shows whether it is one cluster.',
    }),
    alert(name, {
      expr: failureRate(ofLastRun),
      labels: {severity: 'warning', subject: 'last-run'},
      summary: '{{ $value | humanizePercentage }} of the targets of the hubspoke run {{ $labels.name }} failed.',
      description: '"hubspoke runs show last" has the reason of each. "hubspoke runs retry last" retries them.',
    }),
  ]
}

function failureRate(sum: (selector: string) => string): string {
  return `(
  ${sum(bad)}
    /
  ${sum(actedOn)}
) > 0.10
  and
${sum(planned)} >= 5`
}

function spokesStuck({stuckSeconds, stuckFor}: AlertTimes): readonly AlertRule[] {
  const name = 'HubspokeSpokesStuck'
  return [
    alert(name, {
      // 0: no target is active.
      expr: `time() - (hubspoke_spoke_oldest_active_start_timestamp_seconds > 0) > ${stuckSeconds}`,
      for: stuckFor,
      labels: {severity: 'warning', subject: 'run'},
      summary:
        'A target of a {{ $labels.verb }} run of {{ $labels.instance }} has not ended for {{ $value | humanizeDuration }}.',
      description:
        'On the host of the service, "hubspoke runs show last" names the targets that have not ended. "hubspoke status IMAGE" shows which rollouts are stuck, and why.',
    }),
    alert(name, {
      expr: `sum without (outcome) (hubspoke_last_run_spokes{outcome="unverified"}) > 0
  or
sum without (class) (hubspoke_last_run_spoke_failures{class=~"rollout|timeout"}) > 0`,
      labels: {severity: 'warning', subject: 'last-run'},
      summary:
        '{{ $value }} targets of the hubspoke run {{ $labels.name }} were written and are not known to have rolled out.',
      description: '"hubspoke runs show last" has the reason of each. "hubspoke status IMAGE" shows what is stuck now.',
    }),
  ]
}

function runMissing({missingSeconds, missingFor, waitingSeconds}: AlertTimes): readonly AlertRule[] {
  const name = 'HubspokeRunMissing'
  return [
    alert(name, {
      // 0: no event waits.
      expr: `time() - (hubspoke_event_oldest_timestamp_seconds > 0) > ${waitingSeconds}`,
      labels: {severity: 'warning', subject: 'service'},
      summary: 'A push event has waited for its run in {{ $labels.instance }} for {{ $value | humanizeDuration }}.',
      description:
        'Look for a freeze file first, and then for a run that has not ended: "hubspoke runs list" on the host of the service. "hubspoke check" names the clusters that do not answer.',
    }),
    alert(name, {
      expr: `time() - hubspoke_last_run_success_timestamp_seconds > ${missingSeconds}
  or
(hubspoke_last_run_timestamp_seconds unless hubspoke_last_run_success_timestamp_seconds)`,
      for: missingFor,
      labels: {severity: 'warning', subject: 'last-run'},
      summary: 'The hubspoke run {{ $labels.name }} has not succeeded for two days, or never.',
      description:
        'Check that its job is still scheduled ("systemctl list-timers", "crontab -l", "kubectl get cronjobs"), and the exit code of its last run (hubspoke_last_run_exit_code). "hubspoke runs show last" has the reason.',
    }),
  ]
}

/** What the first look is for, by the result that an event had. Those that configuration excludes on purpose are no refusals. */
const refusals = {
  unauthorized: {
    severity: 'warning',
    summary: 'refuses events of the source {{ $labels.source }}: their credentials are missing or wrong.',
    description:
      'Compare the secret of the source with the setting of its sender first: one of them was changed. A registry sends a refused event again and holds back all later ones; GitHub and ACR do not send it again: after the fix, push again or use "hubspoke restart IMAGE" for what was missed.',
  },
  malformed: {
    severity: 'warning',
    summary: 'cannot read events of the source {{ $labels.source }}: they are answered with 202 and not used.',
    description:
      'Images are pushed and nothing is rolled out. Compare the type of the source with its sender first: another product, or a changed payload format. "journalctl -u hubspoke" or "kubectl logs" has what could not be read.',
  },
  overloaded: {
    severity: 'warning',
    summary: 'refuses events of the source {{ $labels.source }}: it sends more than its rate allows.',
    description:
      'Its sender sends them again later, so that runs are late. Look at the panel "Events by result" first, and in "journalctl -u hubspoke" or "kubectl logs" for the repositories: a loop of pushes, or a rate that is too low for this sender.',
  },
  unwritable: {
    severity: 'critical',
    summary: 'refuses all events: it cannot write its journal.',
    description:
      'Look at the disk first: "df -h" and "df -i" on the host of the service, then at the permissions of the folder of the journal. It accepts events again as soon as it can write. GitHub and ACR do not send theirs again: push again or use "hubspoke restart IMAGE" for what was missed.',
  },
} as const

function eventsRefused({refusedWindow, refusedFor, unwritableFor}: AlertTimes): readonly AlertRule[] {
  return Object.entries(refusals).map(([result, {severity, summary, description}]) =>
    alert('HubspokeEventsRefused', {
      expr: `increase(hubspoke_events_total{result="${result}"}[${refusedWindow}]) > 0`,
      for: result === 'unwritable' ? unwritableFor : refusedFor,
      labels: {severity, subject: 'service', result},
      summary: `The hubspoke service {{ $labels.instance }} ${summary}`,
      description,
    }),
  )
}
