import {readdir} from 'node:fs/promises'
import {delimiter, join} from 'node:path'
import {getCACertificates} from 'node:tls'
import {onFileError} from '../../shared/file-error.ts'
import {readRegularFile} from '../read-regular-file.ts'
import type {Environment} from './choose-proxy.ts'

/** Where Linux distributions keep the bundle of trusted authorities; the first readable one is used, as in Go. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** Folders with one authority per file; Go reads all of them, in addition to the bundle. */
const folders = ['/etc/ssl/certs', '/etc/pki/tls/certs']

/**
 * The authorities that verify a server whose kubeconfig names none, in PEM, each once: those of this machine, as for
 * kubectl (on Linux the distribution's, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`; elsewhere the system's store),
 * and those bundled with Node.js or given with `NODE_EXTRA_CA_CERTS`.
 *
 * @see https://pkg.go.dev/crypto/x509#SystemCertPool
 */
export async function trustedAuthorities(
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<readonly string[]> {
  const system = platform === 'linux' ? await ofLinux(env) : getCACertificates('system')
  return [...new Set([...getCACertificates('default'), ...system].map((pem) => pem.trim()))]
}

async function ofLinux({SSL_CERT_FILE, SSL_CERT_DIR}: Environment): Promise<readonly string[]> {
  const bundle = await firstReadable(SSL_CERT_FILE ? [SSL_CERT_FILE] : bundles)
  const named = SSL_CERT_DIR ? SSL_CERT_DIR.split(delimiter) : folders
  // Where a distribution has a bundle, its folder contains the same certificates.
  const single = SSL_CERT_DIR || bundle === '' ? await Promise.all(named.map(allIn)) : []
  return certificatesIn([bundle, ...single].join('\n'))
}

async function firstReadable(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await readText(path)
    if (text !== '') return text
  }
  return ''
}

async function allIn(folder: string): Promise<string> {
  const names = await readdir(folder).catch(onFileError([]))
  return (await Promise.all(names.map((name) => readText(join(folder, name))))).join('\n')
}

function readText(path: string): Promise<string> {
  return readRegularFile(path).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  )
}

function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}
