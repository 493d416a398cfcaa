import type {ResolvedContext} from './credentials.ts'
import {execExtension} from './exec-config.ts'
import type {ClusterEntry, ExecEntry, Impersonation, UserEntry} from './kubeconfig-file.ts'

/**
 * A kubeconfig with one context alone, which is the current one: as kubectl prints it with --minify and --raw, in JSON,
 * which is YAML. It holds credentials. Files are named by their absolute paths, so that it can lie in any folder.
 */
export function minifiedKubeconfig({name, cluster, userName, user}: ResolvedContext, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{name: 'cluster', cluster: clusterFields(cluster)}],
    users: user === undefined ? [] : [{name: userName, user: userFields(user)}],
    contexts: [{name, context: {cluster: 'cluster', ...(user && {user: userName}), namespace}}],
    'current-context': name,
  })
}

/** Without the fields that are empty: client-go takes an empty one for a value in places. */
function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined))
}

function clusterFields(cluster: ClusterEntry): object {
  const {execConfig} = cluster
  return present({
    server: cluster.server,
    'certificate-authority-data': cluster.caData,
    'certificate-authority': cluster.caFile,
    'insecure-skip-tls-verify': cluster.skipTlsVerify || undefined,
    'tls-server-name': cluster.tlsServerName,
    'proxy-url': cluster.proxyUrl,
    extensions: execConfig === undefined ? undefined : [{name: execExtension, extension: execConfig}],
  })
}

function userFields(user: UserEntry): object {
  return present({
    'client-certificate-data': user.certData,
    'client-certificate': user.certFile,
    'client-key-data': user.keyData,
    'client-key': user.keyFile,
    token: user.token,
    tokenFile: user.tokenFile,
    username: user.username,
    password: user.password,
    exec: user.exec && execFields(user.exec),
    'auth-provider': user.authProvider,
    ...(user.impersonate && impersonationFields(user.impersonate)),
  })
}

function execFields({apiVersion, command, args, env, installHint, interactive, provideClusterInfo}: ExecEntry): object {
  return {
    ...{apiVersion, command, args, installHint, provideClusterInfo},
    env: Object.entries(env).map(([name, value]) => ({name, value})),
    interactiveMode: interactive,
  }
}

function impersonationFields({user, uid, groups, extra}: Impersonation): Readonly<Record<string, unknown>> {
  return {
    as: user,
    'as-uid': uid,
    'as-groups': groups.length > 0 ? groups : undefined,
    'as-user-extra': Object.keys(extra).length > 0 ? extra : undefined,
  }
}
