import {expect, test} from 'vitest'
import {renderJunit} from './junit.ts'
import {summarizeRun} from './summarize.ts'
import {failed, failure, reading, result, runFacts, unreadable} from './testing/facts.ts'

test('a suite per context, a case per target, and a context that was not read is an error', () => {
  const text = renderJunit(
    summarizeRun(
      runFacts({
        readings: [reading('eu'), unreadable('us', failure('unreachable', 'Cannot reach it.'))],
        results: [
          result('eu/shop/Deployment/web'),
          failed('eu/shop/Deployment/cart', failure('rollout', 'It is stuck.')),
          result('eu/shop/Deployment/maybe', 'unverified', {reason: 'accepted', failure: failure('timeout')}),
          result('eu/shop/Deployment/off', 'skipped', {reason: 'It is paused.', failure: failure('not-restartable')}),
          result('eu/shop/Deployment/gone', 'skipped', {reason: 'It no longer runs the image.'}),
          result('eu/shop/Deployment/last', 'not-run', {reason: 'The run stopped first.'}),
        ],
      }),
    ),
  )
  expect(text).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="hubspoke restart 20261124-030412-9f3a" tests="7" failures="2" errors="2" skipped="2" time="131.000">
      <testsuite name="verdict" tests="0" failures="0" errors="0" skipped="0">
        <properties>
          <property name="code" value="1"/>
          <property name="sentence" value="1 of 6 targets failed, 1 is unverified and 1 could not be acted on; cannot reach 1 of 2 contexts. Not included: 1 target dropped (It no longer runs the image)."/>
        </properties>
      </testsuite>
      <testsuite name="eu" tests="6" failures="2" errors="1" skipped="2" timestamp="2026-11-24T03:04:12">
        <properties>
          <property name="clusterUid" value="uid-of-eu"/>
          <property name="server" value="https://eu.example:6443"/>
        </properties>
        <testcase classname="eu.shop" name="Deployment/web" time="4.200"/>
        <testcase classname="eu.shop" name="Deployment/cart" time="124.000">
          <failure type="rollout" message="It is stuck."/>
        </testcase>
        <testcase classname="eu.shop" name="Deployment/maybe" time="4.200">
          <error type="timeout" message="accepted"/>
        </testcase>
        <testcase classname="eu.shop" name="Deployment/off" time="4.200">
          <failure type="not-restartable" message="It is paused."/>
        </testcase>
        <testcase classname="eu.shop" name="Deployment/gone" time="4.200">
          <skipped message="It no longer runs the image."/>
        </testcase>
        <testcase classname="eu.shop" name="Deployment/last" time="0.000">
          <skipped message="The run stopped first."/>
        </testcase>
      </testsuite>
      <testsuite name="us" tests="1" failures="0" errors="1" skipped="0" timestamp="2026-11-24T03:04:12">
        <testcase classname="us" name="context is read in full">
          <error type="unreachable" message="Cannot reach it."/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `)
})

test('whatever a cluster says, the document stays XML', () => {
  const evil = `"><x a='&amp;'>\u0000\x1b[2J\ufffe\ud800]]>\n\x9b`
  const text = renderJunit(summarizeRun(runFacts({results: [failed('eu/a/Deployment/b', failure('rollout', evil))]})))
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\ufffe\p{Cs}]/u)
  expect(text).toContain(
    'message="&quot;&gt;&lt;x a=&apos;&amp;amp;&apos;&gt;\\x00\\x1b[2J\\ufffe\\ud800]]&gt;\\x0a\\x9b"',
  )
})
