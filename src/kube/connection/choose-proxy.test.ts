import {expect, test} from 'vitest'
import {chooseProxy, proxyName} from './choose-proxy.ts'

const through = (server: string, env: Record<string, string>, proxyUrl = ''): string => {
  const proxy = chooseProxy(new URL(server), proxyUrl, env)
  if (proxy === undefined) return 'none'
  return typeof proxy === 'string' ? proxy : `${proxyName(proxy)} of ${proxy.from}`
}

test.each([
  {server: 'https://k8s.test', env: {HTTPS_PROXY: 'http://p:1'}, is: 'http://p:1 of HTTPS_PROXY'},
  {server: 'https://k8s.test', env: {https_proxy: 'http://p:1'}, is: 'http://p:1 of https_proxy'},
  {server: 'https://k8s.test', env: {HTTPS_PROXY: '', https_proxy: 'http://p:1'}, is: 'http://p:1 of https_proxy'},
  {server: 'https://k8s.test', env: {HTTPS_PROXY: 'p:1'}, is: 'http://p:1 of HTTPS_PROXY'},
  {server: 'https://k8s.test', env: {HTTP_PROXY: 'http://p:1', ALL_PROXY: 'http://p:2'}, is: 'none'},
  {server: 'http://k8s.test', env: {HTTP_PROXY: 'http://p:1'}, is: 'http://p:1 of HTTP_PROXY'},
  {server: 'https://k8s.test', env: {HTTPS_PROXY: 'socks5://p:1'}, is: 'socks5://p:1 of HTTPS_PROXY'},
  {
    server: 'https://k8s.test',
    env: {HTTPS_PROXY: 'ftp://p'},
    is: 'is reached through a proxy (HTTPS_PROXY) of the kind ftp, which is not supported',
  },
  {
    server: 'https://k8s.test',
    env: {HTTPS_PROXY: 'hunter2://p'},
    is: 'is reached through a proxy (HTTPS_PROXY) of a kind that is not supported',
  },
])('$server with $env: $is', ({server, env, is}) => {
  expect(through(server, env)).toBe(is)
})

test('proxy-url of the kubeconfig counts before the environment, and NO_PROXY does not exempt from it', () => {
  const env = {HTTPS_PROXY: 'http://env:1', NO_PROXY: '*'}
  expect(through('https://127.0.0.1', env, 'http://jane:secret@p:3128')).toBe('http://p:3128 of proxy-url')
  expect(through('https://k8s.test', env, 'http://')).toBe(
    'is reached through a proxy (proxy-url) whose address is not a URL',
  )
})

const broken = 'whose name or password has a broken escape; a percent sign is written %25'

test.each([
  {login: 'jane:p%20q@', is: 'jane:p q'},
  {login: 'jane@', is: 'jane:'},
  {login: 'j%C3%A4ne:%FF@', is: 'j\u00c3\u00a4ne:\u00ff', because: 'bytes are kept unchanged'},
  {login: 'jäne:%25@', is: 'j\u00c3\u00a4ne:%'},
  {login: '', is: undefined},
  {login: 'jane:100%@', is: broken},
  {login: 'jane:p%ss@', is: broken},
  {login: '%ZZ@', is: broken},
])('the name and the password of a proxy, $login: $is', ({login, is}) => {
  for (const scheme of ['http', 'https', 'socks5', 'socks5h']) {
    for (const [proxyUrl, env] of [
      [`${scheme}://${login}p:1`, {}],
      ['', {HTTPS_PROXY: `${scheme}://${login}p:1`}],
    ] as const) {
      const proxy = chooseProxy(new URL('https://k8s.test'), proxyUrl, env)
      if (typeof proxy === 'string')
        expect(proxy).toBe(`is reached through a proxy (${proxyUrl === '' ? 'HTTPS_PROXY' : 'proxy-url'}) ${is}`)
      else {
        const bytes =
          proxy?.login && `${proxy.login.username.toString('latin1')}:${proxy.login.password.toString('latin1')}`
        expect([bytes, proxy?.url.username, proxy?.url.password]).toEqual([is, '', ''])
      }
    }
  }
})

test('a name that is longer than SOCKS allows is refused, not truncated', () => {
  const proxyUrl = (scheme: string) => `${scheme}://${'x'.repeat(256)}@p:1`
  expect(chooseProxy(new URL('https://k8s.test'), proxyUrl('socks5'), {})).toContain('is longer than SOCKS allows')
  expect(chooseProxy(new URL('https://k8s.test'), proxyUrl('http'), {})).toMatchObject({from: 'proxy-url'})
})

const direct = 'none'
const proxied = 'http://p:1 of HTTPS_PROXY'

test.each([
  {noProxy: '', host: 'localhost', is: direct, because: 'this machine'},
  {noProxy: '', host: '127.8.8.8', is: direct, because: 'all of 127/8 is loopback'},
  {noProxy: '', host: '[::1]', is: direct, because: 'this machine'},
  {noProxy: '*', host: 'k8s.test', is: direct, because: 'a star matches every host'},
  {noProxy: ' a.test , K8S.test', host: 'k8s.test', is: direct, because: 'spaces and case are ignored'},
  {noProxy: 'k8s.test', host: 'eu.k8s.test', is: direct, because: 'a domain matches its subdomains'},
  {noProxy: 'k8s.test', host: 'notk8s.test', is: proxied, because: 'it is another domain'},
  {noProxy: '.k8s.test', host: 'k8s.test', is: proxied, because: 'a leading dot matches only subdomains'},
  {noProxy: '.k8s.test', host: 'eu.k8s.test', is: direct, because: 'it is below'},
  {noProxy: '*.k8s.test', host: 'eu.k8s.test', is: direct, because: 'as with a leading dot'},
  {noProxy: '*.k8s.test', host: 'k8s.test', is: proxied, because: 'as with a leading dot'},
  {noProxy: 'k8s.test:6443', host: 'k8s.test:6443', is: direct, because: 'the port fits'},
  {noProxy: 'k8s.test:6443', host: 'k8s.test', is: proxied, because: 'the port is 443'},
  {noProxy: 'k8s.test:443', host: 'k8s.test', is: direct, because: '443 is the port of https'},
  {noProxy: '10.0.0.1', host: '10.0.0.1', is: direct, because: 'the address fits'},
  {noProxy: '10.0.0.1:6443', host: '10.0.0.1', is: proxied, because: 'the port is another one'},
  {noProxy: '10.0.0.0/8', host: '10.200.0.1:6443', is: direct, because: 'it is in the network'},
  {noProxy: '10.0.0.0/8', host: '11.0.0.1', is: proxied, because: 'it is not'},
  {noProxy: 'fd00::/8', host: '[fd12::1]', is: direct, because: 'it is in the network'},
  {noProxy: '[fd12::1]:443', host: '[fd12::1]', is: direct, because: 'address and port match'},
  {noProxy: '10.0.0.0/99,/8,:443,,', host: '10.0.0.1', is: proxied, because: 'malformed entries match nothing'},
])('NO_PROXY=$noProxy and $host: $because', ({noProxy, host, is}) => {
  expect(through(`https://${host}`, {HTTPS_PROXY: 'http://p:1', NO_PROXY: noProxy})).toBe(is)
})
