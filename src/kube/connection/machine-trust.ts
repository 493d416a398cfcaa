import {createSecureContext, type SecureContext} from 'node:tls'
import type {TlsMaterial} from '../credentials/tls-material.ts'
import type {Environment} from './choose-proxy.ts'
import {trustedAuthorities} from './trusted-authorities.ts'

/** The trusted authorities of this machine. Read once, for the first server whose kubeconfig names none. */
export interface MachineTrust {
  authorities(): Promise<readonly string[]>
  /** The same, parsed: parsing hundreds of certificates takes longer than a handshake. */
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

/** Options of `tls.connect`. `rejectUnauthorized` is always set: without it, `NODE_TLS_REJECT_UNAUTHORIZED` decides. */
export interface Judgement {
  readonly rejectUnauthorized: boolean
  readonly ca?: string | Buffer | (string | Buffer)[]
  readonly allowPartialTrustChain?: boolean
  readonly secureContext?: SecureContext
}

/**
 * How the certificate of a server, and of an `https://` proxy on the way to it, is verified: by the authorities of its kubeconfig, each
 * of which is an anchor (an intermediate, or the server's own certificate), as in Go; otherwise by those of the machine.
 */
export async function judge({ca, cert, rejectUnauthorized}: TlsMaterial, machine: MachineTrust): Promise<Judgement> {
  if (rejectUnauthorized === false) return {rejectUnauthorized}
  if (ca !== undefined) return {rejectUnauthorized: true, ca, allowPartialTrustChain: true}
  if (cert === undefined) return {rejectUnauthorized: true, secureContext: await machine.context()}
  return {rejectUnauthorized: true, ca: [...(await machine.authorities())]}
}
