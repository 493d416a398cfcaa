#!/usr/bin/env node
import {existsSync} from 'node:fs'
import {homedir} from 'node:os'

process.exitCode = 70 // only the verdict replaces this, so that a promise that never settles is not a success
const [major, minor] = process.versions.node.split('.').map(Number)

/** A user without an entry in passwd, as in many pods, has neither; oclif requires both at start. */
function completeEnvironment() {
  process.env.SHELL ??= '/bin/sh'
  try {
    homedir()
  } catch {
    process.env.HOME = '/'
  }
}

function fail(sentence, code) {
  process.stderr.write(`${sentence}\n`, () => process.exit(code))
}

if (major > 22 || (major === 22 && minor >= 19)) {
  completeEnvironment()
  import('../dist/cli/main.js').then(
    ({main}) => main(),
    ({code, message}) =>
      code === 'EMFILE'
        ? fail('hubspoke may open too few files to start (ulimit -n); it needs at least 64.', 2)
        : fail(`hubspoke is not whole: ${message}`, 70),
  )
} else {
  const inClone = existsSync(new URL('../src', import.meta.url))
  const way = inClone ? ' In a clone, npm run -s hubspoke -- COMMAND brings one.' : ''
  fail(`hubspoke needs Node.js 22.19 or newer; this is ${process.version}.${way}`, 2)
}
