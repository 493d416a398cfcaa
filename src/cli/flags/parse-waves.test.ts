import {describe, expect, test} from 'vitest'
import {parseWaves} from './parse-waves.ts'

describe('a list that is refused', () => {
  test.each([
    {text: '', because: '"" is neither a number nor a percentage'},
    {text: 'one,100%', because: '"one" is neither'},
    {text: '1,,100%', because: '"" is neither'},
    {text: '1.5%,100%', because: '"1.5%" is neither'},
    {text: '-1,100%', because: '"-1" is neither'},
    {text: '0,100%', because: 'a wave of 0 has no targets'},
    {text: '0%,100%', because: 'a wave of 0% has no targets'},
    {text: '1,101%', because: '101% is more than everything'},
    {text: '50%,10%,100%', because: '10% is not more than 50%'},
    {text: '10%,10%,100%', because: '10% is not more than 10%'},
    {text: '5,1,100%', because: '1 is not more than 5'},
    {text: '10%,20,100%', because: 'numbers come first'},
    {text: '1,10%,50%', because: 'it must end with 100%'},
    {text: '1', because: 'it must end with 100%'},
    {text: '100%,100%', because: '100% is not more than 100%'},
  ])('"$text": $because', ({text, because}) => {
    expect(() => parseWaves(text)).toThrow(because)
    expect(() => parseWaves(text)).toThrow(expect.objectContaining({failureClass: 'usage'}))
  })

  test('says how it could be meant', () => {
    expect(() => parseWaves('1,10%')).toThrow(expect.objectContaining({suggestions: ['--waves 1,10%,100%']}))
  })

  test('spaces are no mistake', () => {
    expect(parseWaves(' 1, 10% ,100%')).toEqual([{count: 1}, {percent: 10}, {percent: 100}])
  })
})
