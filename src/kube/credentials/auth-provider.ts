import {kubectlCommand} from '../../shared/suggested-command.ts'
import {objectAt, textAt} from '../json-fields.ts'
import {CredentialError} from './credential-error.ts'
import type {UserEntry} from './kubeconfig-file.ts'
import {tokenEnd} from './token-end.ts'

/** Providers that kubectl has dropped, with the plugin that replaced them and the command that configures it. */
const dropped: Readonly<Record<string, {readonly plugin: string; readonly advice: string}>> = {
  gcp: {
    plugin: 'gke-gcloud-auth-plugin',
    advice: 'gcloud container clusters get-credentials  writes a new user entry',
  },
  azure: {plugin: 'kubelogin', advice: 'kubelogin convert-kubeconfig  writes a new user entry'},
}

/** As in client-go: a token that expires within this time is not used any more. */
const leftMs = 10_000

/**
 * The token in an `auth-provider` entry. hubspoke runs none of their commands and asks no identity provider: `oidc` is used
 * until its id-token expires, since a renewed token must be written back into the kubeconfig, which kubectl does.
 *
 * @param now milliseconds since the epoch
 * @throws CredentialError that names the provider and the fix
 */
export function authProviderToken(context: string, {authProvider}: UserEntry, now: number): string {
  const provider = textAt(authProvider, 'name')
  const old = Object.hasOwn(dropped, provider) ? dropped[provider] : undefined
  if (old !== undefined) {
    const why = `its auth-provider ${provider} was dropped by kubectl, and hubspoke does not run it. Its successor is "${old.plugin}"`
    throw new CredentialError(why, {suggestions: [old.advice]})
  }
  if (provider !== 'oidc') {
    throw new CredentialError('hubspoke does not support its auth-provider', {
      suggestions: [
        'use an exec plugin in its place: https://kubernetes.io/docs/reference/access-authn-authz/authentication/',
      ],
    })
  }
  const token = textAt(objectAt(authProvider, 'config'), 'id-token')
  const end = tokenEnd(token)
  if (end !== undefined && end - leftMs > now) return token
  const state =
    token === ''
      ? 'has no id-token'
      : end === undefined
        ? 'has an id-token that has no expiry'
        : `has an id-token that ended at ${new Date(end).toISOString()}`
  throw new CredentialError(`its auth-provider oidc ${state}; hubspoke does not renew it`, {
    suggestions: [
      `${kubectlCommand({context}, 'get', '--raw', '/version')}  renews it and writes it down, where there is a refresh-token`,
      'use kubelogin (kubectl oidc-login) in its place, which renews by itself',
    ],
  })
}
