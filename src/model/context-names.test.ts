import {describe, expect, test} from 'vitest'
import {contextBySuffix, shortContextNames} from './context-names.ts'

const arn = (name: string, account = '123456789012') => `arn:aws:eks:eu-west-1:${account}:cluster/${name}`
const gke = (name: string, zone = 'europe-west1-b') => `gke_acme-project_${zone}_${name}`

describe('a long name is shown by', () => {
  test.each([
    {names: [arn('prod-eu'), arn('prod-us')], shown: ['…/prod-eu', '…/prod-us'], what: 'the part at its end'},
    {
      names: [arn('prod'), arn('prod', '999999999999')],
      shown: ['…:123456789012:cluster/prod', '…:999999999999:cluster/prod'],
      what: 'as many parts as tell it from others',
    },
    {names: [gke('prod'), gke('test')], shown: ['…_prod', '…_test'], what: 'the name of a GKE cluster'},
    {
      names: [gke('prod'), gke('prod', 'us-central1-a')],
      shown: ['…_europe-west1-b_prod', '…_us-central1-a_prod'],
      what: 'zone and name',
    },
    {names: ['kubernetes-admin@kubernetes.prod'], shown: ['…@kubernetes.prod'], what: 'what follows the user'},
    {names: ['Rancher downstream cluster prod'], shown: ['… prod'], what: 'its last word'},
    {names: ['x'.repeat(200)], shown: [`${'x'.repeat(8)}…${'x'.repeat(12)}`], what: 'its beginning and its end'},
    {
      names: ['ä'.repeat(40), `${'ä'.repeat(30)}😀${'ä'.repeat(9)}`],
      shown: [undefined, undefined],
      what: 'itself where only the middle differs',
    },
    {
      names: [`a${'-x'.repeat(40)}/same-suffix`, `b${'-x'.repeat(40)}/same-suffix`],
      shown: ['a-x-x-x-…/same-suffix', 'b-x-x-x-…/same-suffix'],
      what: 'its beginning where the end is the same',
    },
    {names: ['prod-eu', 'in-cluster'], shown: [undefined, undefined], what: 'itself when it is short'},
    {
      names: [arn('prod-eu'), 'x/prod-eu'],
      shown: ['…:cluster/prod-eu', undefined],
      what: 'more where a short name ends so',
    },
  ])('$what', ({names, shown}) => {
    const short = shortContextNames(names)
    // Whole where only the middle differs, and never longer than 40.
    for (const [index, name] of names.entries()) {
      const expected = shown[index]
      if (expected !== undefined) expect(short.get(name)).toBe(expected)
      else if (name.length <= 24) expect(short.has(name)).toBe(false)
    }
    expect(new Set(names.map((name) => short.get(name) ?? name)).size).toBe(names.length)
  })

  test('no two names of a thousand look the same, and it takes no time', () => {
    const names = Array.from({length: 1000}, (_, index) => arn(`c${index % 10}`, `${100000000000 + index}`))
    expect(new Set(shortContextNames(names).values()).size).toBe(1000)
  })
})

describe('what is typed for a name', () => {
  const names = [arn('prod-eu'), arn('prod-us'), 'admin@prod-us', 'lab', 'b/lab']
  test.each([
    {typed: arn('prod-eu'), is: {name: arn('prod-eu')}, because: 'the name'},
    {typed: ` ${arn('prod-eu')} `, is: {name: arn('prod-eu')}, because: 'spaces do not count'},
    {typed: 'prod-eu', is: {name: arn('prod-eu')}, because: 'its only owner'},
    {typed: '…/prod-eu', is: {name: arn('prod-eu')}, because: 'as tables show it'},
    {typed: 'cluster/prod-eu', is: {name: arn('prod-eu')}, because: 'two parts'},
    {typed: 'prod-us', is: {problem: 'ambiguous'}, because: 'two names end so'},
    {typed: '/prod-us', is: {name: arn('prod-us')}, because: 'one of them has a slash'},
    {typed: 'lab', is: {name: 'lab'}, because: 'a name goes before an end'},
    {typed: 'eu', is: {problem: 'unknown'}, because: 'half a part is none'},
    {typed: '', is: {problem: 'unknown'}, because: 'nothing'},
    {typed: '…', is: {problem: 'unknown'}, because: 'nothing, either'},
    {typed: '/', is: {problem: 'unknown'}, because: 'a separator alone'},
    {typed: 'PROD-EU', is: {problem: 'unknown'}, because: 'case counts'},
    {typed: 'y', is: {problem: 'unknown'}, because: 'a yes is no name'},
  ])('$typed: $because', ({typed, is}) => {
    expect(contextBySuffix(typed, names)).toEqual(is)
  })
})
