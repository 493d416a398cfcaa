import {join, resolve} from 'node:path'
import {HubspokeError} from '../../model/failure.ts'
import type {Runtime} from '../process/runtime.ts'

/** How `listen` is to work, by meaning. */
export interface ListenSettings {
  readonly rulesPath: string
  readonly at: {readonly host: string; readonly port: number}
  readonly journalDirectory: string
  readonly freezePath: string | undefined
  readonly mostRuns: number
  readonly insecureNoAuth: boolean
  /** Every run only plans. */
  readonly dryRun: boolean
  /** The context whose cluster has the Lease of several replicas; undefined: this is the only one. */
  readonly leaseContext: string | undefined
  /** The namespace of that Lease. */
  readonly leaseNamespace: string
  readonly kubeconfig: string | undefined
  /** The words of every command that runs: where its contexts come from. */
  readonly placeWords: readonly string[]
}

export interface ListenFlags {
  readonly rules: string
  readonly address: string
  readonly journal?: string | undefined
  readonly 'freeze-file'?: string | undefined
  readonly 'max-runs': number
  readonly 'insecure-no-auth': boolean
  readonly 'dry-run'?: 'client' | undefined
  readonly lease?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly 'cache-namespace': string
}

/** @throws HubspokeError of class `usage` for an address that is none */
export function listenSettings(flags: ListenFlags, {env, homeDir}: Pick<Runtime, 'env' | 'homeDir'>): ListenSettings {
  const state = env.XDG_STATE_HOME || join(homeDir, '.local', 'state')
  const {kubeconfig, 'cache-namespace': namespace} = flags
  return {
    rulesPath: flags.rules,
    at: addressOf(flags.address),
    journalDirectory: resolve(flags.journal ?? join(state, 'hubspoke', 'listen')),
    freezePath: flags['freeze-file'],
    mostRuns: flags['max-runs'],
    insecureNoAuth: flags['insecure-no-auth'],
    dryRun: flags['dry-run'] !== undefined,
    leaseContext: flags.lease,
    leaseNamespace: namespace,
    kubeconfig,
    placeWords: [...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]), `--cache-namespace=${namespace}`],
  }
}

/** `HOST:PORT`, `[IPv6]:PORT`, or `:PORT` for every interface. */
function addressOf(text: string): ListenSettings['at'] {
  const [, host = '', port = ''] = /^(\[[\da-fA-F:.]+\]|[^:\s[\]]*):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535) {
    throw new HubspokeError('usage', `"${text}" is not an address: use HOST:PORT, such as 127.0.0.1:8686.`)
  }
  return {host: host === '' ? '::' : host.replace(/^\[|\]$/g, ''), port: Number(port)}
}
