type Env = Readonly<Record<string, string | undefined>>

/** What programs need to find their files, and to print text. */
const general = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'LC_CTYPE'] as const

/** How kubectl reaches a server: the certificates and proxies of this machine. */
const reaching = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'] as const

/** Where the usual credential plugins find their settings: names and paths, never tokens, keys or passwords. */
const plugins = [
  ...['AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'],
  ...['AWS_CA_BUNDLE', 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_STS_REGIONAL_ENDPOINTS'],
  ...['CLOUDSDK_CONFIG', 'CLOUDSDK_ACTIVE_CONFIG_NAME', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ...['USE_GKE_GCLOUD_AUTH_PLUGIN', 'AZURE_CONFIG_DIR', 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID'],
  ...['AZURE_AUTHORITY_HOST', 'AZURE_FEDERATED_TOKEN_FILE', 'AAD_LOGIN_METHOD'],
  ...['XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR', 'KREW_ROOT'],
] as const

/** Every variable of hubspoke's environment that a command gets without being asked for. */
const passedVariables: readonly string[] = [
  ...general,
  ...reaching,
  ...reaching.filter((name) => name.endsWith('PROXY')).map((name) => name.toLowerCase()),
  ...plugins,
]

/**
 * The environment of a command: what is listed here, what is named in addition, and its own variables, which go last. All
 * else of hubspoke's environment is left out: a token that hubspoke was given is not for every command.
 */
export function childEnv(env: Env, named: readonly string[], own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const passed = [...passedVariables, ...named].flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {...Object.fromEntries(passed), ...own}
}
