import {execFile} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import type {MonitoringPrograms} from './debian-programs.ts'
import {type Service, startService} from './start-service.ts'

export const hostOf = ({url}: {readonly url: string}) => new URL(url).host

/** Writes a configuration as JSON, which is YAML, and returns its path. */
function writeConfig(folder: string, name: string, config: object): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(config))
  return path
}

/**
 * Its templates have a fixed place in `/usr/share`, where it gets those of its package by an overlay, in a namespace of
 * its own. Undefined, after it said why, where that is not permitted.
 */
export async function startAlertmanager(
  {alertmanager, root}: MonitoringPrograms,
  folder: string,
  receiver: string,
): Promise<Service | undefined> {
  const unshare = ['--mount', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])]
  const overlay = 'mount -t overlay overlay -o lowerdir="$0/usr/share:/usr/share" /usr/share && exec "$@"'
  const inOverlay = [...unshare, 'sh', '-c', overlay, root]
  try {
    await promisify(execFile)('unshare', [...inOverlay, 'true'])
  } catch (error) {
    console.error(`Without Alertmanager, no file system can be mounted here: ${error}`)
    return undefined
  }
  const config = writeConfig(folder, 'alertmanager.yml', {
    route: {receiver: 'test', group_by: ['...'], group_wait: '1s', group_interval: '1s'},
    receivers: [{name: 'test', webhook_configs: [{url: receiver, send_resolved: true}]}],
  })
  const storage = join(folder, 'alertmanager')
  mkdirSync(storage)
  const options = [`--config.file=${config}`, `--storage.path=${storage}`, '--cluster.listen-address=']
  return startService('unshare', [...inOverlay, alertmanager, ...options], {readyPath: '/-/ready'})
}

export interface Alerting {
  /** Of a rules file. */
  readonly rules: string
  readonly alertmanager: Service | undefined
  /** `host:port` of what is scraped, by job. Labels that it sets itself are kept. */
  readonly jobs: Readonly<Record<string, string>>
}

/** Scrapes and evaluates each second. */
export function startPrometheus(
  {prometheus}: MonitoringPrograms,
  folder: string,
  {rules, alertmanager, jobs}: Alerting,
): Promise<Service> {
  const alertmanagers = alertmanager === undefined ? [] : [{static_configs: [{targets: [hostOf(alertmanager)]}]}]
  const config = writeConfig(folder, 'prometheus.yml', {
    global: {scrape_interval: '1s', evaluation_interval: '1s'},
    rule_files: [rules],
    alerting: {alertmanagers},
    scrape_configs: Object.entries(jobs).map(([job_name, target]) => ({
      job_name,
      honor_labels: true,
      static_configs: [{targets: [target]}],
    })),
  })
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`]
  return startService(prometheus, options, {readyPath: '/-/ready'})
}

/** A label that tells alerts of one name apart: the name of a one-shot run, or the first of these that a service has. */
export function subjectOf(labels: Readonly<Record<string, string>>): string {
  return labels.name ?? labels.verb ?? labels.result ?? labels.job ?? ''
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly state: string
}

/** `HubspokeHubFailed restart firing`, sorted. */
export async function alertsOf(server: Service): Promise<readonly string[]> {
  const {data} = JSON.parse(await server.get('/api/v1/alerts')) as {data: {alerts: readonly Alert[]}}
  return data.alerts.map(({labels, state}) => `${labels.alertname} ${subjectOf(labels)} ${state}`).sort()
}
