// What is too long for every change: all parts of it, or those that are named. Results go to stdout, all else to stderr.
import {performance} from 'node:perf_hooks'
import {soakParts} from './soak/parts.ts'
import {runPart} from './soak/run-part.ts'
import {runSoak} from './soak/run-soak.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort(130))
process.once('SIGTERM', () => stop.abort(143))

process.exitCode = 1
process.exitCode = await runSoak(soakParts, process.argv.slice(2), {
  runPart,
  print: (line) => void process.stdout.write(`${line}\n`),
  signal: stop.signal,
  nowMs: () => performance.now(),
})
