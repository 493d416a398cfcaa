import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {subjectOf} from './start-alerting.ts'

/** A receiver of notifications, on the loopback interface. */
export interface RecordingReceiver extends AsyncDisposable {
  readonly url: string
  /** `HubspokeHubFailed restart firing`, the newest last; each once until it changes. */
  readonly notified: readonly string[]
}

interface Notification {
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
  }[]
}

export async function startRecordingReceiver(): Promise<RecordingReceiver> {
  const notified: string[] = []
  const states = new Map<string, string>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    for (const {status, labels} of (JSON.parse(body) as Notification).alerts) {
      const alert = `${labels.alertname} ${subjectOf(labels)}`
      if (states.get(alert) !== status) notified.push(`${alert} ${status}`)
      states.set(alert, status)
    }
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notified,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
