import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {stringify} from 'yaml'
import {listAt, objectAt} from '../../src/sandbox/patches/json.ts'
import type {Sandbox} from '../../src/sandbox/sandbox.ts'
import {startSandbox} from '../../src/sandbox/start-sandbox.ts'
import {systemClock} from '../../src/shared/clock.ts'
import {openShell} from '../support/run-command.ts'
import {kubectlOrSkip} from './kubectl.ts'

const kubectl = await kubectlOrSkip()

/** The commands that people type against a simulated cluster, typed against one. */
describe.skipIf(kubectl === undefined)('kubectl works with the sandbox', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hubspoke-kubectl-'))
  let sandbox: Sandbox
  beforeAll(async () => {
    const workloads = [
      {namespace: 'shop', name: 'web', image: 'registry.example/app:1'},
      {namespace: 'shop', name: 'db', kind: 'StatefulSet', image: 'registry.example/app:1'},
      {namespace: 'shop', name: 'agent', kind: 'DaemonSet', image: 'registry.example/app:1'},
    ] as const
    const clusters = [{name: 'eu', rolloutStepMs: 20, workloads}]
    sandbox = await startSandbox({clusters}, {clock: systemClock})
    writeFileSync(join(folder, 'kubeconfig'), sandbox.kubeconfig)
  })
  afterAll(async () => {
    await sandbox.close()
    rmSync(folder, {recursive: true, force: true})
  })

  const type = async (line: string): Promise<string> => {
    const env = {KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder}
    return (await kubectl?.(line.split(' '), env)) ?? ''
  }
  const refused = (line: string): Promise<string> =>
    type(line).then(
      () => '',
      (error: {stderr?: string}) => error.stderr ?? '',
    )
  const manifest = (name: string, ...objects: readonly object[]): string => {
    const path = join(folder, `${name}.yaml`)
    writeFileSync(path, objects.map((object) => stringify(object)).join('---\n'))
    return path
  }
  const image = (kind: string, name: string): unknown => {
    const template = objectAt(sandbox.cluster('eu').object(kind, 'shop', name)?.spec, 'template')
    return listAt(template, 'spec', 'containers')[0]?.image
  }

  test.each([
    {kind: 'Deployment', resource: 'deployment/web', container: 'web'},
    {kind: 'StatefulSet', resource: 'statefulset/db', container: 'db'},
    {kind: 'DaemonSet', resource: 'daemonset/agent', container: 'agent'},
  ])('set image, rollout status, history and undo of a $kind', async ({kind, resource, container}) => {
    await type(`-n shop set image ${resource} ${container}=registry.example/app:2`)
    expect(await type(`-n shop rollout status ${resource} --timeout=20s`)).toMatch(/successfully rolled out|complete/)
    expect(image(kind, container)).toBe('registry.example/app:2')
    expect(await type(`-n shop rollout history ${resource}`)).toMatch(/REVISION {2}CHANGE-CAUSE\n1 .*\n2 /)
    expect(await type(`-n shop rollout history ${resource} --revision=1`)).toContain('registry.example/app:1')
    await type(`-n shop rollout undo ${resource} --to-revision=1`)
    await type(`-n shop rollout status ${resource} --timeout=20s`)
    expect(image(kind, container)).toBe('registry.example/app:1')
    expect(await type(`-n shop rollout restart ${resource}`)).toContain('restarted')
    await type(`-n shop rollout status ${resource} --timeout=20s`)
  })

  test('scale, with and without the number that is expected', async () => {
    await type('-n shop scale deployment/web --replicas=3')
    await type('-n shop scale statefulset/db --replicas=1 --current-replicas=2')
    expect(await refused('-n shop scale statefulset/db --replicas=5 --current-replicas=4')).toContain(
      'Expected replicas',
    )
    await type('-n shop rollout status deployment/web --timeout=20s')
    expect(await type('-n shop get deployment web')).toMatch(/web +3\/3 +3 +3/)
    expect(await type('-n shop describe deployment web')).toContain('3 desired | 3 updated | 3 total | 3 available')
  })

  test.each([
    ['namespace made', 'namespace/made created'],
    ['-n shop configmap made --from-literal=a=b', 'configmap/made created'],
    ['-n shop secret generic made --from-literal=a=b', 'secret/made created'],
    ['-n shop serviceaccount made', 'serviceaccount/made created'],
    ['-n shop role made --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/made created'],
    [
      '-n shop rolebinding made --role=made --serviceaccount=shop:made',
      'rolebinding.rbac.authorization.k8s.io/made created',
    ],
    ['clusterrole made --verb=get --resource=pods', 'clusterrole.rbac.authorization.k8s.io/made created'],
    ['-n shop deployment made --image=registry.example/app:1 --replicas=2 --port=80', 'deployment.apps/made created'],
    ['-n shop service clusterip made --tcp=80:8080', 'service/made created'],
    ['-n shop job made --image=registry.example/app:1', 'job.batch/made created'],
    ['-n shop quota made --hard=count/jobs.batch=10', 'resourcequota/made created'],
    [
      '-n shop poddisruptionbudget made --selector=app=made --min-available=1',
      'poddisruptionbudget.policy/made created',
    ],
    ['-n shop ingress made --rule=shop.example/=made:80', 'ingress.networking.k8s.io/made created'],
  ])('create %s', async (words, told) => {
    const [first = '', namespace = '', ...rest] = words.split(' ')
    const line = first === '-n' ? `-n ${namespace} create ${rest.join(' ')}` : `create ${words}`
    expect(await type(line)).toBe(`${told}\n`)
  })

  const deployment = (tag: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {name: 'applied', namespace: 'shop'},
    spec: {
      replicas: 1,
      selector: {matchLabels: {app: 'applied'}},
      template: {
        metadata: {labels: {app: 'applied'}},
        spec: {
          containers: [
            {
              name: 'app',
              image: `registry.example/app:${tag}`,
              env: [{name: 'A', value: '1'}],
              ports: [{containerPort: 80}],
            },
          ],
        },
      },
    },
  })
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name: 'applied', namespace: 'shop'},
    spec: {selector: {app: 'applied'}, ports: [{port: 80}]},
  }

  test('apply: created, unchanged, configured; then server-side, a difference, and a conflict', async () => {
    const path = manifest('app', deployment('1'), service)
    const each = (word: string): string => `deployment.apps/applied ${word}\nservice/applied ${word}\n`
    expect(await type(`apply -f ${path}`)).toBe(each('created'))
    expect(await type(`apply -f ${path}`)).toBe(each('unchanged'))
    manifest('app', deployment('2'), service)
    expect(await type(`apply -f ${path}`)).toBe('deployment.apps/applied configured\nservice/applied unchanged\n')
    expect(await type(`apply --server-side -f ${path}`)).toBe(each('serverside-applied'))
    expect(await type(`diff --server-side -f ${path}`)).toBe('')
    await type('-n shop set image deployment/applied app=registry.example/app:3')
    const conflict = await refused(`apply --server-side -f ${path}`)
    expect(conflict).toContain(
      'Apply failed with 1 conflict: conflict with "kubectl-set" using apps/v1: .spec.template.spec',
    )
    expect(await type(`apply --server-side --force-conflicts -f ${path}`)).toBe(each('serverside-applied'))
    expect(image('Deployment', 'applied')).toBe('registry.example/app:2')
    expect(await type(`delete -f ${path}`)).toMatch(/"applied" deleted/)
  })

  test('a definition, its custom resources in columns of their own, and both gone again', async () => {
    const path = manifest('definition', definition)
    expect(await type(`apply --server-side -f ${path}`)).toContain('/widgets.example.com serverside-applied')
    await type('wait --for=condition=Established --timeout=20s crd/widgets.example.com')
    const object = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: {name: 'a', namespace: 'shop'},
      spec: {size: 3},
    }
    const widget = manifest('widget', object)
    expect(await type(`apply -f ${widget}`)).toBe('widget.example.com/a created\n')
    expect(await type(`apply -f ${widget}`)).toBe('widget.example.com/a unchanged\n')
    expect(await type('-n shop get wd')).toMatch(/^NAME +SIZE\na +3\n$/)
    await type(`delete -f ${path} --timeout=20s`)
    expect(sandbox.cluster('eu').objects('CustomResourceDefinition')).toEqual([])
  })

  test('apply what `hubspoke rbac` prints, twice', async () => {
    await using shell = await openShell({kubeconfig: sandbox.kubeconfig, clock: systemClock})
    const {stdout} = await shell.run('rbac', 'restart')
    const path = join(folder, 'roles.yaml')
    writeFileSync(path, stdout)
    expect(await type(`apply -f ${path}`)).toContain('clusterrole.rbac.authorization.k8s.io/hubspoke-restart created')
    expect(await type(`apply -f ${path}`)).toMatch(/^(\S+ unchanged\n)+$/)
    expect(await type(`apply --server-side -f ${path}`)).toMatch(/^(\S+ serverside-applied\n)+$/)
  })
})

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {name: 'widgets.example.com'},
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd']},
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        additionalPrinterColumns: [{name: 'Size', type: 'integer', jsonPath: '.spec.size'}],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {spec: {type: 'object', properties: {size: {type: 'integer'}}}},
          },
        },
      },
    ],
  },
}
