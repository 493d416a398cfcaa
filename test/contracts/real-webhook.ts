import {createServer, type Server} from 'node:https'
import type {AddressInfo} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import {createCertificates} from '../../src/sandbox/transport/certificates.ts'
import type {RawClient} from '../cluster/raw-client.ts'
import {type WebhookAnswer, webhookName} from './contract-cluster.ts'

const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
/** Nothing listens there. */
const closedPort = 1

/** A validating webhook for the ConfigMaps of one namespace. Resolves when the server asks it. */
export async function openWebhook(
  client: RawClient,
  namespace: string,
  how: WebhookAnswer,
): Promise<() => Promise<void>> {
  const {ca, key, certificate} = await createCertificates(new Date())
  const server = how === 'refused' ? undefined : await denyAll(how.denies, {key, cert: certificate})
  const port = server === undefined ? closedPort : (server.address() as AddressInfo).port
  const name = `${namespace}-${webhookName}`
  await client.post(configurations, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: {name},
    webhooks: [
      {
        name: webhookName,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: {
          url: `https://127.0.0.1:${port}/validate`,
          caBundle: Buffer.from(ca).toString('base64'),
        },
        rules: [{apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps']}],
        namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': namespace}},
      },
    ],
  })
  await until(client, namespace, (status) => status >= 400)
  return async () => {
    await client.delete(`${configurations}/${name}`)
    await until(client, namespace, (status) => status < 400)
    server?.closeAllConnections()
    server?.close()
  }
}

/** The server takes a moment to learn of a webhook. */
async function until(client: RawClient, namespace: string, isSo: (status: number) => boolean): Promise<void> {
  const probe = {metadata: {generateName: 'probe-'}}
  for (let tries = 0; tries < 400; tries++) {
    const {status} = await client.post(`/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, probe)
    if (isSo(status)) return
    await sleep(50)
  }
  throw new Error('the server does not ask its webhooks')
}

function denyAll(message: string, pair: {readonly key: string; readonly cert: string}): Promise<Server> {
  const server = createServer(pair, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const {uid} = (JSON.parse(Buffer.concat(chunks).toString()) as {request: {uid: string}}).request
      const status = {code: 403, reason: 'Forbidden', message}
      const review = {
        kind: 'AdmissionReview',
        apiVersion: 'admission.k8s.io/v1',
        response: {uid, allowed: false, status},
      }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(review))
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
