import {readdir, realpath, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {HubspokeError, onFailure} from '../../model/failure.ts'
import {codeOf} from '../../shared/file-error.ts'
import {quoted} from '../../shared/problem.ts'
import {shellWord} from '../../shared/shell-word.ts'
import type {ManifestRequest} from '../../verbs/apply/manifest-reader.ts'
import {unreadable} from './read-manifest-file.ts'

const kustomizations = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** A folder with more is not one of manifests. */
const mostEntries = 20_000

/**
 * The files that a path names: itself, or the `*.yaml`, `*.yml` and `*.json` of a folder by name, with those of its folders
 * where the request is recursive. A folder that symbolic links lead to several times is read once.
 *
 * @throws HubspokeError of class `usage`
 */
export async function findFiles(
  path: string,
  {recursive}: Pick<ManifestRequest, 'recursive'>,
): Promise<readonly string[]> {
  if (/^https?:\/\//i.test(path)) {
    throw new HubspokeError('usage', `hubspoke applies no URL: ${quoted(path)} has to be downloaded first.`, {
      suggestions: ['curl -fsSL URL -o manifests.yaml', 'hubspoke apply -f manifests.yaml'],
    })
  }
  if (path === '') throw new HubspokeError('usage', 'The name of a file is empty.')
  if ((await typeOf(path)) !== 'folder') return [path]
  const search: Search = {recursive, seen: new Set(), entries: 0}
  const files = await filesIn(path, search)
  if (files.length > 0) return files
  throw new HubspokeError('usage', `The folder ${quoted(path)} has no file *.yaml, *.yml or *.json.`, {
    suggestions: recursive ? [] : ['--recursive  reads the folders in it, too'],
  })
}

interface Search {
  readonly recursive: boolean
  /** The real paths of the folders that were read. */
  readonly seen: Set<string>
  entries: number
}

async function filesIn(folder: string, search: Search): Promise<readonly string[]> {
  const real = await onPath(folder, (path) => realpath(path))
  if (search.seen.has(real)) return []
  search.seen.add(real)
  const names = (await onPath(folder, (path) => readdir(path))).sort()
  search.entries += names.length
  if (search.entries > mostEntries) {
    throw new HubspokeError('usage', `The folder ${quoted(folder)} has more than ${mostEntries} files.`)
  }
  if (names.some((name) => kustomizations.includes(name))) throw isKustomization(folder)
  const found: string[] = []
  for (const name of names) found.push(...(await filesAt(join(folder, name), search)))
  return found
}

/** Of one entry of a folder. */
async function filesAt(path: string, search: Search): Promise<readonly string[]> {
  const isManifest = /\.(?:ya?ml|json)$/.test(path)
  if (!isManifest && !search.recursive) return []
  // A symbolic link that leads nowhere is an error only where its name is one of a manifest.
  const type = isManifest ? await typeOf(path) : await typeOf(path).catch(onFailure('other'))
  if (type === 'folder') return search.recursive ? filesIn(path, search) : []
  if (!isManifest) return []
  if (type === 'file') return [path]
  // A pipe in a folder would be waited for.
  throw new HubspokeError('usage', `${quoted(path)} is not a regular file.`)
}

function isKustomization(folder: string): HubspokeError {
  return new HubspokeError(
    'usage',
    `The folder ${quoted(folder)} is a kustomization: its files are not applied one by one.`,
    {
      suggestions: [`hubspoke apply -k ${shellWord(folder)}`],
    },
  )
}

async function typeOf(path: string): Promise<'folder' | 'file' | 'other'> {
  const found = await onPath(path, (one) => stat(one))
  if (found.isDirectory()) return 'folder'
  return found.isFile() ? 'file' : 'other'
}

/** @throws HubspokeError of class `usage` instead of the error of the file system */
async function onPath<T>(path: string, operation: (path: string) => Promise<T>): Promise<T> {
  try {
    return await operation(path)
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw unreadable(code, path)
  }
}
