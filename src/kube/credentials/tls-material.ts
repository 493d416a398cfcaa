import {readRegularFile} from '../read-regular-file.ts'
import {CredentialError} from './credential-error.ts'
import type {ClusterEntry, UserEntry} from './kubeconfig-file.ts'

/** The TLS options of a connection; fields as of `tls.connect`. */
export interface TlsMaterial {
  /** The authority in the kubeconfig; undefined where it names none. */
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly servername?: string
  /** False only with `insecure-skip-tls-verify` of the cluster; otherwise the server is verified. */
  readonly rejectUnauthorized?: false
}

/**
 * The TLS fields in the entries of a context; data takes precedence over files.
 *
 * @throws CredentialError
 */
export async function readTlsMaterial(cluster: ClusterEntry, user: UserEntry | undefined): Promise<TlsMaterial> {
  if (cluster.server.startsWith('http:')) return {}
  const [ca, pair] = await Promise.all([readAuthority(cluster), readClientCertificate(user)])
  return {
    ...(ca && {ca}),
    ...pair,
    ...(cluster.tlsServerName === '' ? {} : {servername: cluster.tlsServerName}),
    ...(cluster.skipTlsVerify && {rejectUnauthorized: false}),
  }
}

/** Does the entry have a client certificate with its key? Then no plugin is run. */
export function hasClientCertificate({certData, certFile, keyData, keyFile}: UserEntry): boolean {
  return `${certData}${certFile}` !== '' && `${keyData}${keyFile}` !== ''
}

async function readAuthority({caData, caFile, skipTlsVerify}: ClusterEntry): Promise<Buffer | undefined> {
  if (`${caData}${caFile}` === '') return undefined
  if (skipTlsVerify) {
    throw new CredentialError(
      'the cluster names a certificate authority and has insecure-skip-tls-verify: one of them must go',
      {
        failureClass: 'unreachable',
      },
    )
  }
  const ca = await contentOf('certificate-authority', {data: caData, file: caFile}, 'unreachable')
  if (ca.includes('-----BEGIN ')) return ca
  throw new CredentialError('the certificate authority of the cluster is no certificate (PEM)', {
    failureClass: 'unreachable',
  })
}

async function readClientCertificate(user: UserEntry | undefined): Promise<Pick<TlsMaterial, 'cert' | 'key'>> {
  if (user === undefined || `${user.certData}${user.certFile}` === '') return {}
  if (!hasClientCertificate(user)) throw new CredentialError('the user has a client certificate without its key')
  const [cert, key] = await Promise.all([
    contentOf('client-certificate', {data: user.certData, file: user.certFile}),
    contentOf('client-key', {data: user.keyData, file: user.keyFile}),
  ])
  return {cert, key}
}

async function contentOf(
  name: string,
  {data, file}: {readonly data: string; readonly file: string},
  failureClass: 'unreachable' | 'unauthenticated' = 'unauthenticated',
): Promise<Buffer> {
  if (data === '') {
    return readRegularFile(file).catch((error: Error) => {
      throw new CredentialError(`file ${file} ${error.message}`, {failureClass, final: false})
    })
  }
  // As Go decodes it: padded, line breaks ignored. Node skips invalid characters, and would return other bytes.
  const text = data.replace(/[\r\n]/g, '')
  if (text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text)) return Buffer.from(text, 'base64')
  throw new CredentialError(`${name}-data is not base64`, {failureClass})
}
