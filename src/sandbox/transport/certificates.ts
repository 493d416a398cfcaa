import {generate} from 'selfsigned'

export interface Certificates {
  /** PEM. */
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/**
 * A certificate authority and a server certificate for the loopback interface. The keys exist only in this process; that of
 * the authority is dropped at once.
 *
 * @param now the certificates are valid from a day before until ten years after it
 */
export async function createCertificates(now: Date): Promise<Certificates> {
  const day = 86_400_000
  const validity = {
    notBeforeDate: new Date(now.getTime() - day),
    notAfterDate: new Date(now.getTime() + 3650 * day),
  }
  const common = {...validity, keyType: 'ec', algorithm: 'sha256'} as const
  const ca = await generate([{name: 'commonName', value: 'kubernetes'}], {
    ...common,
    extensions: [
      {name: 'basicConstraints', cA: true, critical: true},
      {name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true},
    ],
  })
  const server = await generate([{name: 'commonName', value: 'kube-apiserver'}], {
    ...common,
    ca: {key: ca.private, cert: ca.cert},
    extensions: [
      {name: 'basicConstraints', cA: false, critical: true},
      {name: 'keyUsage', digitalSignature: true, critical: true},
      {name: 'extKeyUsage', serverAuth: true},
      {
        name: 'subjectAltName',
        altNames: [
          {type: 2, value: 'localhost'},
          {type: 7, ip: '127.0.0.1'},
        ],
      },
    ],
  })
  return {ca: ca.cert, certificate: server.cert, key: server.private}
}
