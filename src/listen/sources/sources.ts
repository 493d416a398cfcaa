import {acr} from './acr.ts'
import {artifactRegistry} from './artifact-registry.ts'
import {distribution} from './distribution.ts'
import {dockerHub} from './docker-hub.ts'
import {ecr} from './ecr.ts'
import {ghcr} from './ghcr.ts'
import {gitea} from './gitea.ts'
import {harbor} from './harbor.ts'
import {native} from './native.ts'
import {quay} from './quay.ts'
import type {EventSource} from './source.ts'

const sources: readonly EventSource[] = [
  distribution,
  native,
  harbor,
  ghcr,
  ecr,
  artifactRegistry,
  gitea,
  dockerHub,
  quay,
  acr,
]

/** The types of sources, as the rules file names them. */
export const sourceTypes: readonly string[] = sources.map(({type}) => type)

/** Undefined: there is no such type. */
export function sourceOfType(type: string): EventSource | undefined {
  return sources.find((source) => source.type === type)
}
