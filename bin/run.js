#!/usr/bin/env node
process.exitCode = 70 // only the verdict replaces this: a promise that never settles must not look like a success
const [major, minor] = process.versions.node.split('.').map(Number)
const start = () =>
  import('../dist/cli/main.js').then(
    ({main}) => main(),
    ({message}) => process.stderr.write(`hubspoke is not whole: ${message}\n`),
  )
if (major > 22 || (major === 22 && minor >= 19)) void start()
else process.stderr.write(`hubspoke needs Node.js 22.19 or newer; this is ${process.version}.\n`, () => process.exit(2))
