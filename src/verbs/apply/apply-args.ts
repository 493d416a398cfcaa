import type {ArgumentsEntry} from '../../model/arguments-entry.ts'
import {HubspokeError} from '../../model/failure.ts'
import {isNamespaceName} from '../../shared/kubernetes-name.ts'
import {quoted} from '../../shared/problem.ts'
import type {ManifestRequest} from './manifest-reader.ts'

export interface ApplyArgs {
  readonly source: ManifestRequest
  /** Of the manifests as they were read first; what was changed since is not applied. */
  readonly digest: string
  /** `214 objects: 2 Namespaces, 212 ConfigMaps`. */
  readonly contents: string
  /** Of objects that name none; undefined: the namespace of the context. */
  readonly namespace: string | undefined
  /** Fields that other managers own are taken over. */
  readonly force: boolean
}

/** @throws HubspokeError of class `usage` for a namespace that is none, or without any manifest */
export function parseApplyArgs(recorded: ArgumentsEntry): ApplyArgs {
  const {files, kustomizations, recursive, digest, contents, namespace, forceConflicts} = recorded
  const source = {files: textsOf(files), kustomizations: textsOf(kustomizations), recursive: recursive === true}
  if (source.files.length + source.kustomizations.length === 0) {
    throw new HubspokeError(
      'usage',
      'There are no manifests: name a file or a folder with -f, or a kustomization with -k.',
      {
        suggestions: ['hubspoke apply -f manifests/ -c NAME', 'hubspoke apply --help'],
      },
    )
  }
  return {
    source,
    digest: textOf(digest) ?? '',
    contents: textOf(contents) ?? 'manifests',
    namespace: namespaceOf(textOf(namespace)),
    force: forceConflicts === true,
  }
}

function namespaceOf(name: string | undefined): string | undefined {
  if (name === undefined || isNamespaceName(name)) return name
  throw new HubspokeError('usage', `${quoted(name)} is not the name of a namespace.`, {
    suggestions: ['-n NAME  one name, without a pattern: it is for objects that name no namespace'],
  })
}

function textsOf(value: ArgumentsEntry[string] | undefined): readonly string[] {
  return typeof value === 'object' && value !== null ? value : []
}

function textOf(value: ArgumentsEntry[string] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
