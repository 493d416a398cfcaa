import {existsSync, globSync, readFileSync} from 'node:fs'
import {builtinModules} from 'node:module'
import {dirname, join, relative} from 'node:path'
import {expect, test} from 'vitest'

const src = join(import.meta.dirname, '..', 'src')

interface Row {
  /** Folders, or single files, of `src` that files of this folder may import, besides their own. */
  readonly ours: readonly string[]
  /** Packages that they may import. */
  readonly packages: readonly string[]
  /** Builtin modules that they may import; undefined: any. */
  readonly builtins?: readonly string[]
}

const pure = [] as const

/** What each folder may import. Stages never import each other; `summary` cannot reach a cluster or a clock even by accident. */
const allowed: Readonly<Record<string, Row>> = {
  // An error is told in many places: its sentences are made safe where it is made.
  model: {ours: ['shared/external-text.ts'], packages: [], builtins: pure},
  shared: {ours: [], packages: [], builtins: ['node:timers/promises', 'node:fs', 'node:fs/promises', 'node:path']},
  kube: {ours: ['model', 'shared'], packages: ['undici', 'yaml']},
  ledger: {ours: ['model', 'shared'], packages: []},
  sandbox: {ours: ['model', 'shared'], packages: ['yaml', 'selfsigned']},
  lease: {ours: ['model', 'shared', 'kube/ports'], packages: [], builtins: pure},
  image: {ours: ['model', 'shared'], packages: ['semver'], builtins: pure},
  discovery: {ours: ['model', 'shared', 'image', 'kube/ports', 'lease'], packages: [], builtins: pure},
  yaml: {ours: ['model', 'shared'], packages: ['yaml'], builtins: pure},
  manifests: {ours: ['model', 'shared'], packages: ['yaml'], builtins: ['node:crypto', 'node:util']},
  rollout: {ours: ['model', 'shared', 'kube/ports'], packages: [], builtins: pure},
  verbs: {
    ours: ['model', 'shared', 'image', 'manifests', 'rollout', 'kube/ports', 'lease'],
    packages: [],
    builtins: pure,
  },
  distribution: {ours: ['model', 'shared', 'kube/ports', 'lease'], packages: ['p-limit'], builtins: pure},
  summary: {
    ours: ['model', 'shared/duration.ts', 'shared/printable.ts', 'shared/suggested-command.ts', 'shared/words.ts'],
    packages: ['cli-table3', 'yaml'],
    builtins: ['node:util'],
  },
  progress: {ours: ['model', 'shared'], packages: ['listr2'], builtins: pure},
  export: {
    ours: ['shared', 'kube/credentials/without-credential.ts'],
    packages: ['undici'],
    builtins: ['node:querystring'],
  },
  metrics: {
    ours: ['model', 'shared', 'summary/count-outcomes.ts', 'export'],
    packages: ['prom-client'],
    builtins: ['node:fs/promises', 'node:path'],
  },
  traces: {
    ours: ['model', 'shared', 'export'],
    packages: [],
    builtins: ['node:crypto', 'node:querystring'],
  },
  hub: {
    ours: [
      'model',
      'distribution/distribute.ts',
      'distribution/pace/failure-budget.ts',
      'distribution/waves/plan-waves.ts',
      'summary/summarize.ts',
    ],
    packages: [],
    builtins: pure,
  },
  listen: {
    ours: ['model', 'shared', 'image', 'yaml'],
    packages: ['semver'],
    builtins: ['node:http', 'node:net', 'node:crypto', 'node:fs', 'node:fs/promises', 'node:path'],
  },
  cli: {
    ours: [
      'model',
      'shared',
      'kube',
      'lease',
      'ledger',
      'sandbox',
      'image',
      'discovery',
      'rollout',
      'verbs',
      'distribution',
      'summary',
      'progress',
      'export',
      'metrics',
      'traces',
      'hub',
      'manifests',
      'yaml',
      'listen',
    ],
    packages: ['@oclif/core', 'yaml'],
  },
  commands: {ours: ['cli', 'model', 'image', 'manifests', 'verbs', 'summary', 'discovery'], packages: ['@oclif/core']},
}

/** Files that read files in a way of their own, and why those end. */
const boundedOtherwise: Readonly<Record<string, string>> = {
  'kube/read-regular-file.ts': 'only a regular file, whose size was looked at',
  'cli/create-private-file.ts': 'it wrote the file itself',
  'cli/process/ignored-hangup.ts': 'the kernel writes it',
  'cli/process/process-identity.ts': 'the kernel writes it',
  'kube/connection/open-files.ts': 'the kernel writes it',
  'kube/credentials/kubeconfig-sources.ts': 'the kubelet writes the namespace of a pod',
  'listen/journal/open-journal.ts': 'it reads a file that was found to be one, up to its end, line by line',
  'listen/journal/journal-lock.ts': 'it reads its own kind of file',
  'ledger/read-lines.ts': 'it reads a file that was found to be one, up to its size, line by line',
}

/** Files with a `catch` that does not look at the error, and why it can be no bug there, or must have no effect. */
const catchesAnything: Readonly<Record<string, string>> = {
  'cli/process/commands/process-groups.ts': 'a signal to a process that has ended',
  'cli/process/ignored-hangup.ts': 'a system without /proc',
  'cli/process/local-user.ts': 'a user without an entry',
  'cli/process/runtime.ts': 'a process without a terminal, a user without an entry',
  'cli/process/terminal.ts': 'a terminal that was closed gives no consent',
  'cli/run/targets-file/json-tokens.ts': 'only parses',
  'cli/run/targets-file/open-targets.ts': 'only decodes UTF-8',
  'discovery/cache/json-shape.ts': 'only parses',
  'discovery/cache/pack-text.ts': 'only unpacks what another client has written',
  'distribution/distribute.ts': 'a listener changes no result',
  'hub/broadcast.ts': 'a listener changes no result',
  'kube/api.ts': 'only parses',
  'kube/connection/open-line.ts': 'closes what may never have been opened',
  'kube/credentials/credentials-expiry.ts': 'only parses a certificate',
  'kube/credentials/exec-credential.ts': 'only parses',
  'kube/credentials/run-plugin-process.ts': 'a process that cannot be started, or has ended',
  'kube/credentials/token-end.ts': 'only parses',
  'kube/credentials/without-credential.ts': 'only parses',
  'kube/credentials/written-credentials.ts': 'only decodes a URL',
  'kube/watch/watch-stream.ts': 'only parses',
  'ledger/parse-record.ts': 'only parses',
  'listen/journal/parse-record.ts': 'only parses',
  'progress/choose-progress.ts': 'a display changes no result',
  'sandbox/api/list-pages.ts': 'only parses',
  'traces/export-spans.ts': 'only parses',
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = globSync('**/*.ts', {cwd: src}).filter(
  (file) => !file.endsWith('.test.ts') && !file.includes('/testing/'),
)

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(src, file), 'utf8')
  const statements = text.matchAll(
    /^(?:import|export)\s+[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm,
  )
  return [...statements].map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? ''
    const to = specifier.startsWith('.') ? relative(src, join(src, dirname(file), specifier)) : specifier
    return {from: file, to}
  })
}

const imports = files.flatMap(importsOf)
const folderOf = (file: string) => file.split('/')[0] ?? ''
const isWithin = (file: string, place: string) => file === place || file.startsWith(`${place}/`)
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function isAllowed({from, to}: Import): boolean {
  const row = allowed[folderOf(from)]
  if (!row) return false
  if (to.startsWith('node:')) return row.builtins === undefined || row.builtins.includes(to)
  if (files.includes(to)) return [folderOf(from), ...row.ours].some((place) => isWithin(to, place))
  return row.packages.includes(packageOf(to))
}

test.each(Object.keys(allowed))('src/%s imports only what its row allows', (folder) => {
  const offending = imports.filter((one) => folderOf(one.from) === folder && !isAllowed(one))
  expect(offending.map(({from, to}) => `${from} imports ${to}`)).toEqual([])
})

test.each(Object.entries(allowed))(
  'the row of src/%s allows nothing that is not imported',
  (folder, {ours, packages, builtins = []}) => {
    const used = imports.filter(({from}) => folderOf(from) === folder).map(({to}) => to)
    const unused = [
      ...ours.filter((place) => !used.some((to) => isWithin(to, place))),
      ...packages.filter((name) => !used.some((to) => packageOf(to) === name)),
      ...builtins.filter((name) => !used.includes(name)),
    ]
    expect(unused).toEqual([])
  },
)

test.each(['hub', 'distribution', 'ledger'])('src/%s names no workload, no image and no verb', (folder) => {
  const specific = /\b\w*(workload|image|restart|deployment|statefulset|daemonset|\bpods?\b)\w*/gi
  const naming = files
    .filter((file) => folderOf(file) === folder)
    .flatMap((file) =>
      [...readFileSync(join(src, file), 'utf8').matchAll(specific)].map(([word]) => `${file}: ${word}`),
    )
  expect(naming).toEqual([])
})

test('every folder of src has its row, and every row its folder', () => {
  expect([...new Set(files.map(folderOf))].sort()).toEqual(Object.keys(allowed).sort())
})

test('imports that look like ours lead to files, and builtins are written with node:', () => {
  const lost = imports.filter(({from, to}) => to.endsWith('.ts') && !existsSync(join(src, to)) && from !== to)
  expect(lost).toEqual([])
  expect(imports.filter(({to}) => builtinModules.includes(to))).toEqual([])
})

test('no file imports itself over others', () => {
  const next = new Map(files.map((file) => [file, imports.filter((one) => one.from === file).map(({to}) => to)]))
  const cycles: string[] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    else if (!done.has(file)) for (const to of next.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  expect(cycles).toEqual([])
})

/**
 * The inside of `src/cli`, from the bottom up: a layer imports only itself and those before it in this list. What is not listed
 * (the entry, help, and what one command is composed of) is on top: it may import everything, and no layer imports it.
 */
const cliLayers: readonly (readonly string[])[] = [
  ['process', 'manifests'],
  ['views.ts', 'report-views.ts'],
  ['flags'],
  ['config'],
  ['clusters.ts', 'each-context.ts'],
  ['protection'],
  ['consent'],
  ['base-command.ts'],
  ['run'],
  ['past-runs'],
]

test('the inside of src/cli is layered', () => {
  const layerOf = (file: string) => {
    const layer = cliLayers.findIndex((places) => places.some((place) => isWithin(file, `cli/${place}`)))
    return layer === -1 ? cliLayers.length : layer
  }
  const inside = imports.filter(({from, to}) => folderOf(from) === 'cli' && folderOf(to) === 'cli')
  const upwards = inside.filter(({from, to}) => layerOf(from) < layerOf(to))
  expect(upwards.map(({from, to}) => `${from} imports ${to}`)).toEqual([])
})

test('every layer of src/cli is there', () => {
  const gone = cliLayers.flat().filter((place) => !files.some((file) => isWithin(file, `cli/${place}`)))
  expect(gone).toEqual([])
})

test('only main.ts and the modules of the process read the process', () => {
  const readers = files.filter((file) =>
    /\bprocess\.(env|argv|stdout|stderr|stdin|exit|exitCode|cwd)\b/.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(readers.sort()).toEqual(['cli/main.ts', 'cli/process/runtime.ts'])
})

test('nothing waits on a clock of its own', () => {
  const clocks = /\b(Date\.now\(|new Date\(\)|performance\.now\(|setTimeout\(|setInterval\(|Math\.random\b)/
  const readers = files.filter((file) => clocks.test(readFileSync(join(src, file), 'utf8')))
  expect(readers.sort()).toEqual(['cli/process/runtime.ts', 'shared/clock.ts'])
})

test('text of others has one door: nothing else redacts, and no sentence of the API is read past it', () => {
  const redacting = imports.filter(({to}) => to === 'shared/redact-secrets.ts').map(({from}) => from)
  expect(redacting).toEqual(['shared/external-text.ts'])
  const sentences = /textAt\([^)]*'(message|reason|note|manager|installHint|gitVersion|detail)'/
  const readers = files.filter(
    (file) => !file.startsWith('sandbox/') && sentences.test(readFileSync(join(src, file), 'utf8')),
  )
  // It compares the sentence with the one of the API server, and shows nothing.
  expect(readers).toEqual(['kube/answers/not-admitted.ts'])
})

test('nothing holds up the process: no child is waited for, and no sleep is slept, in its one thread', () => {
  const blocks = /\b(execSync|execFileSync|spawnSync|Atomics\.wait\(|while \(Date\.now\()/
  const holding = files.filter((file) => blocks.test(readFileSync(join(src, file), 'utf8')))
  expect(holding).toEqual([])
})

test('files that others name are read within bounds', () => {
  const unbounded = /\b(readFile|readFileSync|createReadStream)\(/
  const readers = files.filter((file) => unbounded.test(readFileSync(join(src, file), 'utf8')))
  expect(readers.sort()).toEqual(Object.keys(boundedOtherwise).sort())
})

test('a command with a context is made in one place', () => {
  const literal = /[`'"]kubectl (--context|config view --minify)/
  const others = files.filter((file) => file !== 'shared/suggested-command.ts')
  expect(others.filter((file) => literal.test(readFileSync(join(src, file), 'utf8')))).toEqual([])
})

test('an error becomes an answer only where it was looked at: anything but an expected failure is a bug', () => {
  const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
  expect(files.filter((file) => /\bcatch \{/.test(textOf(file))).sort()).toEqual(Object.keys(catchesAnything))
  // `undefined` drops a rejection that is reported elsewhere; a call is what has to follow it. Neither is an answer.
  const answering = /\.catch\(\(\) => (?!undefined\)|[\w.]+\()[^\n]*/g
  const answers = files.flatMap((file) => [...textOf(file).matchAll(answering)].map(([text]) => `${file}: ${text}`))
  expect(answers).toEqual([])
})
