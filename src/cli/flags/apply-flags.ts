import {Flags} from '@oclif/core'
import {durationFlag} from './flag-types.ts'
import {flagsWithoutRollouts} from './without-rollouts.ts'

/** A path may contain a comma. */
const severalPaths = {multiple: true, multipleNonGreedy: true} as const

/** The flags of `apply`. */
export const applyFlags = {
  filename: Flags.string({
    char: 'f',
    summary: 'A file with manifests, a folder of them, or "-" for stdin. May be repeated.',
    helpValue: 'FILE|DIR|-',
    ...severalPaths,
    env: 'HUBSPOKE_FILENAME',
    helpGroup: 'MANIFESTS',
  }),
  kustomize: Flags.string({
    char: 'k',
    summary: 'A folder with a kustomization, built by kubectl. May be repeated.',
    helpValue: 'DIR',
    ...severalPaths,
    env: 'HUBSPOKE_KUSTOMIZE',
    helpGroup: 'MANIFESTS',
  }),
  recursive: Flags.boolean({
    char: 'R',
    summary: 'With -f DIR, also the folders inside of it.',
    env: 'HUBSPOKE_RECURSIVE',
    helpGroup: 'MANIFESTS',
  }),
  'default-namespace': Flags.string({
    char: 'n',
    summary: 'Namespace of objects that name none. Default: that of the context, or "default".',
    helpValue: 'NAME',
    env: 'HUBSPOKE_DEFAULT_NAMESPACE',
    helpGroup: 'MANIFESTS',
  }),
  'force-conflicts': Flags.boolean({
    summary: 'Take over fields that other managers own with another value. Without it, their objects are not applied.',
    env: 'HUBSPOKE_FORCE_CONFLICTS',
    helpGroup: 'MANIFESTS',
  }),
  ...flagsWithoutRollouts,
  timeout: durationFlag({
    min: 1_000,
    summary: 'Maximum wait until the kind of a new CustomResourceDefinition is served. Default: 1m.',
    env: 'HUBSPOKE_TIMEOUT',
    helpGroup: 'PACE',
  }),
}
