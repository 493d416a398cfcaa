import {kubectlCommand} from '../../shared/suggested-command.ts'
import {objectAt, textAt} from '../json-fields.ts'
import {CredentialError} from './credential-error.ts'
import type {UserEntry} from './kubeconfig-file.ts'
import {tokenEnd} from './token-end.ts'

/** Providers that kubectl has dropped, with the plugin that took their place and the command that writes it down. */
const dropped: Readonly<Record<string, {readonly plugin: string; readonly advice: string}>> = {
  gcp: {
    plugin: 'gke-gcloud-auth-plugin',
    advice: 'gcloud container clusters get-credentials  writes a new user entry',
  },
  azure: {plugin: 'kubelogin', advice: 'kubelogin convert-kubeconfig  writes a new user entry'},
}

/** As client-go has it: a token that ends within this time is not used any more. */
const leftMs = 10_000

/**
 * The token that an `auth-provider` entry holds. hubspoke starts none of their commands and asks no identity provider: `oidc` is
 * used as long as its id-token lives, since a renewal has to be written back into the kubeconfig, where kubectl does it.
 *
 * @param now milliseconds since the epoch
 * @throws CredentialError that names the provider and the way out
 */
export function authProviderToken(context: string, {authProvider}: UserEntry, now: number): string {
  const provider = textAt(authProvider, 'name')
  const old = Object.hasOwn(dropped, provider) ? dropped[provider] : undefined
  if (old !== undefined) {
    const why = `its auth-provider ${provider} was dropped by kubectl, and hubspoke does not run it. Its successor is "${old.plugin}"`
    throw new CredentialError(why, {suggestions: [old.advice]})
  }
  if (provider !== 'oidc') {
    throw new CredentialError('its auth-provider is none that hubspoke knows', {
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
