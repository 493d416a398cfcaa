import {promisify} from 'node:util'
import {gunzip} from 'node:zlib'
import {HubspokeError} from '../model/failure.ts'
import type {Clock} from '../shared/clock.ts'
import {formatDuration} from '../shared/duration.ts'
import {printable} from '../shared/printable.ts'
import {shellWord} from '../shared/shell-word.ts'
import {type AnswerLimits, allowedMs} from './answer-limits.ts'
import type {WireAnswer} from './connection/connection.ts'
import {type Party, quoted, reach} from './errors.ts'

/** An answer that can be aborted before its end. */
export interface OpenAnswer extends WireAnswer {
  /** Ends the request; reading the body rejects with the reason. */
  cut(reason: unknown): void
}

export interface BodyReader {
  readonly party: Party
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly limits: AnswerLimits
}

const unzip = promisify(gunzip)

/**
 * The text of a whole body, unpacked. Size and time are limited: a server that never ends its answer costs a bounded amount
 * of memory and time.
 *
 * @throws HubspokeError `timeout` for a body that takes too long, `server-error` for one that is too long or cannot be
 * unpacked
 */
export async function readBody(answer: OpenAnswer, reader: BodyReader): Promise<string> {
  const {party, limits} = reader
  const {bytes, isWhole} = await bytesOf(answer, reader)
  if (!isWhole) throw tooLong(party, limits)
  return unpacked(answer, bytes, reader)
}

/** As `readBody`, but of a body longer than the limit only the beginning. Of a compressed one there is no beginning. */
export async function readBeginning(answer: OpenAnswer, reader: BodyReader): Promise<string> {
  const {bytes, isWhole} = await bytesOf(answer, reader)
  return isWhole ? unpacked(answer, bytes, reader) : bytes.toString('utf8')
}

async function bytesOf(answer: OpenAnswer, {party, clock, limits}: BodyReader): Promise<Beginning> {
  const chunks: Buffer[] = []
  let size = 0
  const ended = new AbortController()
  const startedAt = clock.now()
  const watchTime = async (): Promise<void> => {
    for (;;) {
      const leftMs = startedAt + allowedMs(limits, size) - clock.now()
      if (leftMs <= 0) return answer.cut(tooSlow(party, clock.now() - startedAt, size))
      await clock.sleep(leftMs, ended.signal)
      if (ended.signal.aborted) return
    }
  }
  void watchTime()
  try {
    for await (const chunk of answer.body) {
      const room = limits.maxBytes - size
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
      size += chunk.length
      if (size > limits.maxBytes) break
    }
  } finally {
    ended.abort()
  }
  return {bytes: Buffer.concat(chunks), isWhole: size <= limits.maxBytes}
}

interface Beginning {
  readonly bytes: Buffer
  readonly isWhole: boolean
}

async function unpacked({headers}: WireAnswer, bytes: Buffer, {party, limits}: BodyReader): Promise<string> {
  if (headers['content-encoding'] !== 'gzip') return textOf(bytes, party)
  try {
    return textOf(await unzip(bytes, {maxOutputLength: limits.maxBytes}), party)
  } catch (error) {
    if (error instanceof HubspokeError) throw error
    throw error instanceof RangeError ? tooLong(party, limits) : notKubernetes(party)
  }
}

/** A body smaller than this makes at most 150 MiB of objects, whatever it contains. */
const looseBytes = 4 * 1024 * 1024

/** The largest page has a tenth of this. */
const maxParts = 3_000_000

const partStarts = new Set(Buffer.from('[{,'))

/** A body of brackets only takes forty times its size when it is parsed: a large body must consist of text. */
function textOf(bytes: Buffer, party: Party): string {
  if (bytes.length > looseBytes) {
    let parts = 0
    for (const byte of bytes) if (partStarts.has(byte)) parts++
    if (parts > maxParts) throw notKubernetes(party)
  }
  return bytes.toString('utf8')
}

function tooLong(party: Party, {maxBytes}: AnswerLimits): HubspokeError {
  const limit = maxBytes >= mib ? `${maxBytes / mib} MiB` : `${maxBytes / 1024} KiB`
  return new HubspokeError('server-error', `${serverOf(party)} answered with more than ${limit}.`, adviceFor(party))
}

const mib = 1024 * 1024

function tooSlow(party: Party, ms: number, size: number): HubspokeError {
  const message = `${serverOf(party)} did not complete its answer: ${size} bytes in ${formatDuration(ms)}.`
  return new HubspokeError('timeout', message, adviceFor(party))
}

/** The failure for an answer that cannot come from an API server. */
export function notKubernetes(party: Party): HubspokeError {
  const message = `${serverOf(party)} answered with something that is not the JSON of Kubernetes.`
  return new HubspokeError('server-error', message, adviceFor(party))
}

function serverOf({context, server}: Party): string {
  return `The server of context ${quoted(context)} at ${printable(server)}`
}

function adviceFor({context}: Party): {readonly suggestions: readonly string[]} {
  return {suggestions: reach(shellWord(context))}
}
