/**
 * Why a proxy opened no tunnel: its answer to CONNECT (0: not HTTP; negative: a code of SOCKS5), or it was not
 * reached at all, or it closed the connection. The text of its answer is not kept.
 */
export class TunnelError extends Error {
  override readonly name = 'TunnelError'
  readonly why: number | 'unreached' | 'cut' | 'timeout'
  /** The code of the network error on the way to the proxy. */
  readonly code: string

  constructor(why: TunnelError['why'], error?: Error) {
    super(`no way through the proxy: ${why}`)
    this.why = why
    this.code = error !== undefined && 'code' in error && typeof error.code === 'string' ? error.code : ''
  }
}
