import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** The programs that a cluster of the tests consists of, and the two that start it and look at it. */
export const programNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
  'kwokctl',
] as const

export type ProgramName = (typeof programNames)[number]

/** Where a program is built from: a Go module of this folder, and the package in its dependencies. */
export interface Program {
  readonly name: ProgramName
  readonly module: 'etcd' | 'kubernetes' | 'kwok'
  readonly goPackage: string
}

export const programs: readonly Program[] = programNames.map((name) => {
  if (name === 'etcd') return {name, module: 'etcd', goPackage: 'go.etcd.io/etcd/server/v3'}
  if (name === 'kwok' || name === 'kwokctl') {
    return {name, module: 'kwok', goPackage: `sigs.k8s.io/kwok/cmd/${name}`}
  }
  return {name, module: 'kubernetes', goPackage: `k8s.io/kubernetes/cmd/${name}`}
})

export interface ModulePins {
  /** Where the modules are. */
  readonly folder: string
  /** Which of them is Kubernetes: `kubernetes`, or `kubernetes-1.32` for an older one. */
  readonly kubernetesModule: string
  readonly kubernetes: string
  readonly kwok: string
  readonly etcd: string
  /** The newest Go that one of the modules asks for, e.g. `1.26.0`. */
  readonly go: string
}

/** The versions that the go.mod files in `folder` pin, without their `v`. `older` names a minor version: `1.32`. */
export function readPins(folder: string, older?: string): ModulePins {
  const kubernetesModule = older ? `kubernetes-${older}` : 'kubernetes'
  if (!existsSync(join(folder, kubernetesModule)))
    throw new Error(`there is no module ${kubernetesModule} in ${folder}`)
  const modules = ['etcd', kubernetesModule, 'kwok'].map((name) => readFileSync(join(folder, name, 'go.mod'), 'utf8'))
  const pin = (required: string): string => {
    const found = modules.join('\n').match(new RegExp(`^require ${required} v(\\S+)$`, 'm'))?.[1]
    if (!found) throw new Error(`no go.mod in ${folder} requires ${required}`)
    return found
  }
  const goVersions = modules.map((text) => text.match(/^go (\S+)$/m)?.[1] ?? '0')
  return {
    folder,
    kubernetesModule,
    kubernetes: pin('k8s.io/kubernetes'),
    kwok: pin('sigs.k8s.io/kwok'),
    etcd: pin('go.etcd.io/etcd/server/v3'),
    go: goVersions.reduce((newest, version) => (isOlder(newest, version) ? version : newest)),
  }
}

/** Compares versions of the form `1.26`, `1.26.3`. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0)
  const [left, right] = [numbers(version), numbers(than)]
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Where `go build` has to run for it. */
export function moduleFolder({module}: Program, pins: ModulePins): string {
  return join(pins.folder, module === 'kubernetes' ? pins.kubernetesModule : module)
}

/**
 * Arguments of `go build`. Without the version a server that is built from the module would call itself v0.0.0.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/hack/lib/version.sh
 */
export function buildArguments(program: Program, pins: ModulePins, output: string): string[] {
  const flags = ['-s', '-w']
  if (program.module === 'kubernetes') {
    const [major, minor] = pins.kubernetes.split('.')
    const at = 'k8s.io/component-base/version'
    flags.push(`-X ${at}.gitVersion=v${pins.kubernetes}`, `-X ${at}.gitMajor=${major}`, `-X ${at}.gitMinor=${minor}`)
  }
  return [
    'build',
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    flags.join(' '),
    '-o',
    output,
    program.goPackage,
  ]
}
