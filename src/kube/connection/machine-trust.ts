import {createSecureContext, type SecureContext} from 'node:tls'
import type {TlsMaterial} from '../credentials/tls-material.ts'
import type {Environment} from './choose-proxy.ts'
import {trustedAuthorities} from './trusted-authorities.ts'

/** The authorities of this machine. They are read when a server is met whose kubeconfig names none, and then once for all. */
export interface MachineTrust {
  authorities(): Promise<readonly string[]>
  /** The same, parsed: hundreds of certificates take longer than a handshake. */
  context(): Promise<SecureContext>
}

export function createMachineTrust(
  env: Environment,
  read: typeof trustedAuthorities = trustedAuthorities,
): MachineTrust {
  let authorities: Promise<readonly string[]> | undefined
  let context: Promise<SecureContext> | undefined
  const once = (): Promise<readonly string[]> => {
    authorities ??= read(env)
    return authorities
  }
  return {
    authorities: once,
    context() {
      context ??= once().then((ca) => createSecureContext({ca: [...ca]}))
      return context
    },
  }
}

/** Options of `tls.connect`. Each says `rejectUnauthorized`: where that is left out, `NODE_TLS_REJECT_UNAUTHORIZED` decides. */
export interface Judgement {
  readonly rejectUnauthorized: boolean
  readonly ca?: string | Buffer | (string | Buffer)[]
  readonly allowPartialTrustChain?: boolean
  readonly secureContext?: SecureContext
}

/**
 * How a server is judged, and an `https://` proxy on the way to it: by the authorities of its kubeconfig, of which each certificate is an anchor (an intermediate, or the
 * server's own), as in Go; else by those of the machine.
 */
export async function judge({ca, cert, rejectUnauthorized}: TlsMaterial, machine: MachineTrust): Promise<Judgement> {
  if (rejectUnauthorized === false) return {rejectUnauthorized}
  if (ca !== undefined) return {rejectUnauthorized: true, ca, allowPartialTrustChain: true}
  if (cert === undefined) return {rejectUnauthorized: true, secureContext: await machine.context()}
  return {rejectUnauthorized: true, ca: [...(await machine.authorities())]}
}
