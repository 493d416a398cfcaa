import {stringify} from 'yaml'
import {dashboard} from './dashboard.ts'
import {type AlertTimes, alertRules} from './rules.ts'

/** Every file of this folder that is generated, by its name. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'hubspoke.rules.yml': rulesFile(),
    'prometheus-rule.yaml': prometheusRule(),
    'dashboard.json': `${JSON.stringify(dashboard(), undefined, 2)}\n`,
  }
}

const generated = '# Made by alerts/generate.ts: change alerts/rules.ts, and run "npm run alerts".\n'

/** For `rule_files` of Prometheus. Other times than those of the package are for tests. */
export function rulesFile(times?: AlertTimes): string {
  return `# Alerts on hubspoke: services (listen, cache watch) that Prometheus scrapes as the job "hubspoke", and runs that export
# metrics (--metrics-file, --metrics-push). Load this file with "rule_files". Runbooks: docs/monitoring.md.
${generated}${yamlText({groups: groups(times)})}`
}

function prometheusRule(): string {
  const resource = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {name: 'hubspoke', labels: {'app.kubernetes.io/name': 'hubspoke'}},
    spec: {groups: groups()},
  }
  return `# The rules of hubspoke.rules.yml for the Prometheus Operator. Its ruleSelector may ask for labels: add them.
${generated}${yamlText(resource)}`
}

function groups(times?: AlertTimes) {
  return [{name: 'hubspoke', rules: alertRules(times)}]
}

function yamlText(value: object): string {
  return stringify(value, {lineWidth: 140})
}
