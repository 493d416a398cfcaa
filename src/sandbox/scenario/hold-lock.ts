import type {Clock} from '../../shared/clock.ts'
import type {SandboxCluster} from '../sandbox.ts'
import type {OtherClient} from './scenario.ts'

type LockHeld = Extract<OtherClient, {readonly type: 'lock-held'}>

/** The Lease that keeps runs of hubspoke apart, and how its holders renew it. */
const lease = {kind: 'Lease', name: 'hubspoke-run', durationSeconds: 15, renewMs: 5_000} as const
const defaultNamespace = 'hubspoke-system'

/** Holds the lock of a cluster as another run does, and renews it. Returns a function that releases it. */
export function holdLock(
  cluster: SandboxCluster,
  held: LockHeld,
  {clock, signal}: {readonly clock: Clock; readonly signal: AbortSignal},
): () => void {
  const {namespace = defaultNamespace} = held
  const end = new AbortController()
  const either = AbortSignal.any([signal, end.signal])
  const acquireTime = microTime(clock.date())
  const annotations = annotationsOf(held, clock.date())
  const write = (spec: object, wanted: Readonly<Record<string, string | null>> = annotations): void => {
    if (cluster.object(lease.kind, namespace, lease.name) !== undefined) {
      cluster.patch(lease.kind, namespace, lease.name, {metadata: {annotations: wanted}, spec})
    } else {
      const metadata = {namespace, name: lease.name, annotations}
      cluster.create({apiVersion: 'coordination.k8s.io/v1', kind: lease.kind, metadata, spec})
    }
  }
  const renew = (): void => {
    const holderIdentity = `${held.user}@${held.host}`
    const renewTime = microTime(clock.date())
    const spec = {holderIdentity, leaseDurationSeconds: lease.durationSeconds, acquireTime, renewTime}
    write({...spec, leaseTransitions: 0})
  }
  const keepRenewing = async (): Promise<void> => {
    while (!either.aborted) {
      await clock.sleep(lease.renewMs, either)
      if (!either.aborted) renew()
    }
  }
  if (cluster.object('Namespace', '', namespace) === undefined) return () => undefined
  renew()
  void keepRenewing()
  return () => {
    end.abort()
    const spec = {holderIdentity: null, leaseDurationSeconds: null, acquireTime: null, renewTime: null}
    write(spec, Object.fromEntries(Object.keys(annotations).map((key) => [key, null])))
  }
}

function annotationsOf({user, host, verb = 'restart'}: LockHeld, now: Date): Record<string, string> {
  const digits = now.toISOString().replace(/\D/g, '')
  const runId = `${digits.slice(0, 8)}-${digits.slice(8, 14)}-c011`
  return {
    'hubspoke.dev/run-id': runId,
    'hubspoke.dev/verb': verb,
    'hubspoke.dev/user': user,
    'hubspoke.dev/host': host,
  }
}

/** A MicroTime of the API. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z')
}
