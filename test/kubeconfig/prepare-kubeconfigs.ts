import {cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type ConnectProxy, startConnectProxy} from '../../src/kube/testing/connect-proxy.ts'
import {createCertificate} from '../../src/kube/testing/tls-server.ts'
import {type RecordingServer, startRecordingServer} from './recording-server.ts'

/** The kubeconfigs of `fixtures/kubeconfigs` with keys that were made just now, and the servers that they lead to. */
export interface Prepared {
  readonly folder: string
  /** Its certificate is made out to 127.0.0.1 and k8s.test. */
  readonly server: RecordingServer
  /** Its certificate is made out to api.internal alone. */
  readonly otherServer: RecordingServer
  readonly proxy: ConnectProxy
  close(): Promise<void>
}

/** Tells, as its token, all that it was told. */
const plugin = `#!${process.execPath}
const told = {info: JSON.parse(process.env.KUBERNETES_EXEC_INFO), args: process.argv.slice(2), says: process.env.PLUGIN_SAYS}
console.log(JSON.stringify({
  apiVersion: told.info.apiVersion, kind: 'ExecCredential',
  status: {token: Buffer.from(JSON.stringify(told)).toString('base64url')},
}))
`

export async function prepareKubeconfigs(): Promise<Prepared> {
  const folder = await mkdtemp(join(tmpdir(), 'hubspoke-kubeconfigs-'))
  const [certificate, otherCertificate, client] = await Promise.all([
    createCertificate({
      names: [
        {type: 7, ip: '127.0.0.1'},
        {type: 2, value: 'k8s.test'},
      ],
    }),
    createCertificate({subject: 'other', names: [{type: 2, value: 'api.internal'}]}),
    createCertificate(),
  ])
  const ca = `${certificate.cert}\n${otherCertificate.cert}\n`
  const [server, otherServer] = await Promise.all([
    startRecordingServer(certificate),
    startRecordingServer(otherCertificate),
  ])
  const proxy = await startConnectProxy({to: server.port})
  await cp(join(import.meta.dirname, '..', '..', 'fixtures', 'kubeconfigs'), folder, {recursive: true})
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  await fillIn(folder, {
    __CA_DATA__: base64(ca),
    __CERT_DATA__: base64(client.cert),
    __KEY_DATA__: base64(client.key),
    __SERVER__: `https://127.0.0.1:${server.port}`,
    __OTHER_SERVER__: `https://127.0.0.1:${otherServer.port}`,
    __NAMED_SERVER__: `https://k8s.test:${server.port}`,
    __PROXY__: `http://jane:pass%20word@127.0.0.1:${proxy.port}`,
  })
  const put = async (path: string, text: string, mode = 0o600): Promise<void> => {
    await mkdir(join(folder, path, '..'), {recursive: true})
    await writeFile(join(folder, path), text, {mode})
  }
  await put('team/certs/ca.pem', ca)
  await put('certs/client.pem', client.cert)
  await put('certs/client-key.pem', client.key)
  await put('certs/token', 'from-a-file\n')
  await put('bin/plugin', plugin, 0o700)
  return {
    folder,
    server,
    otherServer,
    proxy,
    async close() {
      await Promise.all([server.close(), otherServer.close(), proxy.close()])
      await rm(folder, {recursive: true})
    },
  }
}

async function fillIn(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  const names = await readdir(folder, {recursive: true})
  await Promise.all(
    names
      .filter((name) => name.endsWith('.yaml'))
      .map(async (name) => {
        const text = await readFile(join(folder, name), 'utf8')
        await writeFile(
          join(folder, name),
          text.replace(/__[A-Z_]+__/g, (word) => values[word] ?? word),
        )
      }),
  )
}
