import {ApiError, forbiddenValue, invalid} from '../status.ts'

/** How a watch starts and ends. */
export interface WatchQuery {
  /** Every existing object is sent first. */
  readonly withInitialEvents: boolean
  /** Undefined: from now on. A decimal number, which may be a future version. */
  readonly from: bigint | undefined
  readonly withBookmarks: boolean
  /** Undefined: the server decides. */
  readonly lastsMs: number | undefined
}

const options = {group: 'meta.k8s.io', kind: 'ListOptions'}

/**
 * Semantics: https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch
 *
 * @throws ApiError
 */
export function readWatchQuery(query: URLSearchParams): WatchQuery {
  const version = query.get('resourceVersion') ?? ''
  const initial = query.get('sendInitialEvents')
  if (version !== '' && !/^\d+$/.test(version)) {
    const text = JSON.stringify(version)
    const why = `strconv.ParseUint: parsing ${text}: invalid syntax`
    throw new ApiError({code: 500, message: `resourceVersion: Invalid value: ${text}: ${why}`})
  }
  if (initial !== null && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
    throw invalid(options, '', [forbiddenValue('resourceVersionMatch', why)])
  }
  const isFromNow = version === '' || version === '0'
  const seconds = Number(query.get('timeoutSeconds') ?? '0')
  return {
    withInitialEvents: initial === null ? isFromNow : isTrue(initial),
    from: isFromNow ? undefined : BigInt(version),
    withBookmarks: isTrue(query.get('allowWatchBookmarks')),
    lastsMs: seconds > 0 ? seconds * 1000 : undefined,
  }
}

function isTrue(text: string | null): boolean {
  return text === '1' || text === 'true'
}
