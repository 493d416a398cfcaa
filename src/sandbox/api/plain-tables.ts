import type {ApiObject} from '../api-object.ts'
import {type JsonObject, listAt, objectAt} from '../patches/json.ts'
import {count, number, type TableKind, text, wide, word} from './table.ts'
import {age, labelPairs} from './table-cells.ts'

const created = (object: ApiObject): string => object.metadata.creationTimestamp ?? ''
const or = (value: string, absent: string): string => (value === '' ? absent : value)

const createdAt: TableKind = {
  columns: [text('Name'), text('Created At')],
  cells: (object) => [object.metadata.name, created(object)],
}
const binding: TableKind = {
  columns: [text('Name'), text('Role'), text('Age')],
  cells: (object, now) => [
    object.metadata.name,
    `${word(object, 'roleRef', 'kind')}/${word(object, 'roleRef', 'name')}`,
    age(object, now),
  ],
}

/** What `kubectl get` shows of the kinds that are stored and not acted on. */
export const plainTables: Readonly<Record<string, TableKind>> = {
  ClusterRole: createdAt,
  ClusterRoleBinding: binding,
  CronJob: {
    columns: [
      ...['Name', 'Schedule', 'Timezone', 'Suspend'].map(text),
      number('Active'),
      text('Last Schedule'),
      text('Age'),
    ],
    cells: (object, now) => [
      object.metadata.name,
      word(object, 'spec', 'schedule'),
      or(word(object, 'spec', 'timeZone'), '<none>'),
      word(object, 'spec', 'suspend') === 'true' ? 'True' : 'False',
      listAt(object.status, 'active').length,
      '<none>',
      age(object, now),
    ],
  },
  CustomResourceDefinition: createdAt,
  HorizontalPodAutoscaler: {
    columns: [...['Name', 'Reference', 'Targets', 'MinPods', 'MaxPods'].map(text), number('Replicas'), text('Age')],
    cells: (object, now) => [
      object.metadata.name,
      `${word(object, 'spec', 'scaleTargetRef', 'kind')}/${word(object, 'spec', 'scaleTargetRef', 'name')}`,
      or(listAt(object.spec, 'metrics').map(target).join(', '), '<none>'),
      word(object, 'spec', 'minReplicas'),
      word(object, 'spec', 'maxReplicas'),
      count(object, 'status', 'currentReplicas'),
      age(object, now),
    ],
  },
  Ingress: {
    columns: [...['Name', 'Class', 'Hosts', 'Address', 'Ports'].map(text), text('Age')],
    cells: (object, now) => [
      object.metadata.name,
      or(word(object, 'spec', 'ingressClassName'), '<none>'),
      or(
        listAt(object.spec, 'rules')
          .map(({host}) => String(host ?? '*'))
          .join(','),
        '*',
      ),
      '',
      listAt(object.spec, 'tls').length > 0 ? '80, 443' : '80',
      age(object, now),
    ],
  },
  Job: {
    columns: ['Name', 'Status', 'Completions', 'Duration', 'Age'].map(text),
    cells: (object, now) => [
      object.metadata.name,
      word(object, 'spec', 'suspend') === 'true' ? 'Suspended' : 'Running',
      `${count(object, 'status', 'succeeded')}/${count(object, 'spec', 'completions')}`,
      '',
      age(object, now),
    ],
  },
  PodDisruptionBudget: {
    columns: [text('Name'), text('Min Available'), text('Max Unavailable'), number('Allowed Disruptions'), text('Age')],
    cells: (object, now) => [
      object.metadata.name,
      or(word(object, 'spec', 'minAvailable'), 'N/A'),
      or(word(object, 'spec', 'maxUnavailable'), 'N/A'),
      count(object, 'status', 'disruptionsAllowed'),
      age(object, now),
    ],
  },
  ResourceQuota: {
    columns: ['Name', 'Request', 'Limit', 'Age'].map(text),
    cells: (object, now) => {
      const used = objectAt(object.status, 'used')
      const lines = Object.entries(objectAt(object.spec, 'hard')).map(([name, hard]): [string, string] => [
        name,
        `${name}: ${String(used[name] ?? 0)}/${String(hard)}`,
      ])
      const isLimit = ([name]: [string, string]): boolean => name.startsWith('limits.')
      const joined = (wanted: boolean): string =>
        lines
          .filter((line) => isLimit(line) === wanted)
          .map(([, line]) => line)
          .join(', ')
      return [object.metadata.name, joined(false), joined(true), age(object, now)]
    },
  },
  Role: createdAt,
  RoleBinding: binding,
  Service: {
    columns: [...['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age'].map(text), wide('Selector')],
    cells: (object, now) => [
      object.metadata.name,
      word(object, 'spec', 'type'),
      or(word(object, 'spec', 'clusterIP'), '<none>'),
      or(word(object, 'spec', 'externalName'), '<none>'),
      or(listAt(object.spec, 'ports').map(port).join(','), '<none>'),
      age(object, now),
      labelPairs(objectAt(object.spec, 'selector')),
    ],
  },
}

/** `cpu: <unknown>/80%`: no metric is ever measured. */
function target({type, resource}: JsonObject): string {
  const {averageUtilization} = objectAt(resource, 'target')
  return type === 'Resource'
    ? `${String(objectAt(resource).name)}: <unknown>/${String(averageUtilization)}%`
    : '<unknown>'
}

function port({port: number, nodePort, protocol}: JsonObject): string {
  return `${String(number)}${nodePort === undefined ? '' : `:${String(nodePort)}`}/${String(protocol)}`
}
