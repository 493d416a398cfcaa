import {type FailureClass, HubspokeError} from '../../model/failure.ts'
import {own} from '../../shared/own.ts'
import {printable} from '../../shared/printable.ts'
import {shellWord} from '../../shared/shell-word.ts'
import {kubeconfigOf, kubectlOn} from '../../shared/suggested-command.ts'
import {type Party, quoted, reach} from '../errors.ts'
import {objectOf, textAt} from '../json-fields.ts'

/** How far a request had come when it failed: nothing sent yet, or sent and unanswered (or answered in part). */
export type Phase = 'connecting' | 'sent'

/** The limits that were in force, for the messages that name them. */
export interface Limits {
  readonly connectMs: number
  readonly responseMs: number
}

/** What else a message depends on. */
export interface Circumstances extends Limits {
  /** The kubeconfig names the authority of this server; otherwise those of the machine apply. */
  readonly ownAuthority?: boolean
}

interface Description {
  readonly failureClass: FailureClass
  readonly message: string
  readonly suggestions: readonly string[]
}

type Describe = (party: Named, circumstances: Circumstances) => Description

/** Names for a message, and for a shell. */
interface Named {
  readonly context: string
  readonly server: string
  readonly word: string
  /** Host and port of the server. */
  readonly address: string
}

/**
 * The failure for a network error; undefined for an error that no network causes, which is a bug.
 *
 * Only the error's code is used and shown: its message may quote the request. `refused` is true while connecting:
 * a request that was never sent was certainly not carried out.
 */
export function networkError(
  party: Party,
  error: unknown,
  phase: Phase,
  circumstances: Circumstances,
): HubspokeError | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  const named = {
    context: quoted(party.context),
    server: printable(party.server),
    word: shellWord(party.context),
    address: shellWord(addressOf(party.server)),
  }
  const {failureClass, message, suggestions} = (own(byCode, code) ?? byPattern(code))(named, circumstances)
  return new HubspokeError(failureClass, message, {suggestions, refused: phase === 'connecting'})
}

function addressOf(server: string): string {
  const url = URL.parse(server)
  return url === null ? server : `${url.hostname}:${url.port || '443'}`
}

/** The code of an error, or of the first error inside an AggregateError: one per address that was tried. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = textAt(objectOf(error), 'code')
  if (code === 'UND_ERR_INVALID_ARG' || code.startsWith('ERR_INVALID_ARG')) return undefined
  if (code !== '') return code
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined
}

const unreachable =
  (sentence: (party: Named, limits: Limits) => string, ...advice: readonly ((party: Named) => string)[]): Describe =>
  (party, limits) => ({
    failureClass: 'unreachable',
    message: sentence(party, limits),
    suggestions: [...advice.map((of) => of(party)), ...reach(party.word)],
  })

const showServer = ({word}: Named): string => `${kubeconfigOf(word)}  to see where it points`

const showDates = ({address}: Named): string =>
  `openssl s_client -connect ${address} </dev/null | openssl x509 -noout -dates  to see its dates`

const badCertificate = (why: string, advice = showServer): Describe =>
  unreachable(
    ({context, server}) => `The certificate of ${server} (context ${context}) cannot be trusted: ${why}.`,
    advice,
  )

const clientCertificateRefused: Describe = ({context, server, word}) => ({
  failureClass: 'unauthenticated',
  message: `${server} did not accept the client certificate of context ${context}.`,
  suggestions: [kubectlOn(word, 'auth whoami'), 'log in again as your cluster provider describes'],
})

const clientCertificateBroken: Describe = ({context, word}) => ({
  failureClass: 'unauthenticated',
  message: `The client certificate, key or CA of context ${context} cannot be used: it is damaged, or the key does not fit.`,
  suggestions: [kubeconfigOf(word)],
})

const dnsFailed = unreachable(
  ({context, server}) => `Cannot find the address of ${server} (context ${context}): its name is not known.`,
  showServer,
)
const refusedPort = unreachable(
  ({context, server}) =>
    `Cannot reach context ${context}: nothing accepts connections at ${server}; the API server is down or has another address.`,
  showServer,
)
const noRoute = unreachable(({context, server}) => `Cannot reach context ${context}: there is no route to ${server}.`)
const tooManyFiles: Describe = ({context}) => ({
  failureClass: 'unreachable',
  message: `Cannot reach context ${context}: this process has too many files open.`,
  suggestions: ['ulimit -n 4096  in this shell, before it is run again'],
})
const connectTimeout = unreachable(
  ({context, server}, {connectMs}) =>
    `Cannot reach context ${context}: no answer from ${server} within ${connectMs / 1000} s; a VPN that is down or a firewall looks like this.`,
)
const cut = unreachable(
  ({context, server}) => `The connection to ${server} (context ${context}) was cut before the answer was complete.`,
)
const notTls = unreachable(
  ({context, server}) => `${server} (context ${context}) answered with something other than TLS.`,
  showServer,
)
const closed: Describe = ({context}) => ({
  failureClass: 'unreachable',
  message: `The connection to context ${context} was closed.`,
  suggestions: [],
})
const responseTimeout: Describe = ({context, server, word}, {responseMs}) => ({
  failureClass: 'timeout',
  message: `${server} (context ${context}) did not answer within ${responseMs / 1000} s.`,
  suggestions: reach(word),
})

/** As in Go, whose phrase kubectl uses: "certificate signed by unknown authority". */
const unknownAuthority: Describe = (party, circumstances) => {
  const describe = circumstances.ownAuthority
    ? badCertificate('it is not signed by the certificate authority that the kubeconfig names')
    : badCertificate(
        'the kubeconfig names no certificate authority, and this machine does not trust the one that signed it',
        () =>
          'set certificate-authority in the cluster entry, or trust the authority on this machine (SSL_CERT_FILE on Linux)',
      )
  return describe(party, circumstances)
}

/** The codes of Node, OpenSSL and undici; other codes are matched by pattern. */
const byCode: Readonly<Record<string, Describe>> = {
  ENOTFOUND: dnsFailed,
  EAI_AGAIN: dnsFailed,
  EAI_NODATA: dnsFailed,
  ECONNREFUSED: refusedPort,
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EADDRNOTAVAIL: noRoute,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ETIMEDOUT: connectTimeout,
  UND_ERR_CONNECT_TIMEOUT: connectTimeout,
  UND_ERR_HEADERS_TIMEOUT: responseTimeout,
  UND_ERR_BODY_TIMEOUT: responseTimeout,
  UND_ERR_DESTROYED: closed,
  UND_ERR_CLOSED: closed,
  CERT_HAS_EXPIRED: badCertificate('it has expired, if the clock of this machine is right', showDates),
  CERT_NOT_YET_VALID: badCertificate('it is not valid yet, if the clock of this machine is right', showDates),
  ERR_TLS_CERT_ALTNAME_INVALID: badCertificate('it is made out to another name'),
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_SIGNATURE_FAILURE: badCertificate('its signature is wrong'),
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  EPROTO: notTls,
}

function byPattern(code: string): Describe {
  if (/^ERR_SSL_.*ALERT.*(CERT|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return clientCertificateRefused
  if (/^ERR_(OSSL|CRYPTO)_/.test(code)) return clientCertificateBroken
  if (/^ERR_SSL_/.test(code)) return notTls
  return cut
}
