import {HubspokeError} from '../../model/failure.ts'
import {printable} from '../../shared/printable.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubeconfigOf} from '../../shared/suggested-command.ts'
import {type Party, quoted, reach} from '../errors.ts'
import {type ProxyServer, proxyName} from './choose-proxy.ts'
import type {Limits} from './network-errors.ts'
import type {TunnelError} from './tunnel-error.ts'

/** The failure for a proxy's refusal or missing answer. It names the proxy without its credentials, and where it was configured. */
export function tunnelFailure(
  party: Party,
  proxy: ProxyServer,
  {why, code}: TunnelError,
  limits: Limits,
): HubspokeError {
  const name = `the proxy ${printable(proxyName(proxy))} (${proxy.from})`
  const way = {context: quoted(party.context), server: printable(party.server), proxy: name, limits}
  return new HubspokeError('unreachable', sentence(way, why, code), {
    suggestions: [whereToLook(proxy, shellWord(party.context)), ...reach(shellWord(party.context))],
    refused: true,
  })
}

interface Way {
  readonly context: string
  readonly server: string
  readonly proxy: string
  readonly limits: Limits
}

function sentence({context, server, proxy, limits}: Way, why: TunnelError['why'], code: string): string {
  const start = `Cannot reach context ${context}:`
  if (why === 407) return `${start} ${proxy} requires a user name and password, or rejected the ones given.`
  if (why === 'timeout')
    return `${start} ${proxy} opened no connection to ${server} within ${limits.connectMs / 1000} s.`
  if (why === 'cut') return `${start} ${proxy} closed the connection.`
  if (why === 'unreached') return `${start} ${proxy} could not be reached${code === '' ? '' : ` (${printable(code)})`}.`
  if (why === 0) return `${start} ${proxy} does not follow its proxy protocol.`
  return `${start} ${proxy} refused the connection to ${server} (${why < 0 ? `SOCKS reply ${-why}` : `HTTP ${why}`}).`
}

function whereToLook({from}: ProxyServer, word: string): string {
  if (from === 'proxy-url') return `${kubeconfigOf(word)}  to see which proxy it names`
  return `echo "$${from}"  to see the proxy, and NO_PROXY for servers that need none`
}
