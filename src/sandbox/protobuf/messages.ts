/**
 * How a field is read: one of these words, or the name of a message. `[]` after it: a list.
 * `map` has texts as values, `bytesMap` bytes, `quantityMap` quantities; `pointer` is a number whose 0 is explicit.
 */
export type FieldKind = string

/** Field numbers, with the name in JSON. */
export type Message = Readonly<Record<number, readonly [name: string, kind: FieldKind]>>

const meta = [`metadata`, 'ObjectMeta'] as const
const spec = (kind: string) => ['spec', kind] as const

/**
 * The kinds that kubectl writes in protobuf: those of `kubectl create`, `kubectl autoscale` and `kubectl auth`, with the
 * fields that those commands set. Source: the `generated.proto` files of k8s.io/api and k8s.io/apimachinery.
 */
export const messages: Readonly<Record<string, Message>> = {
  ObjectMeta: {
    1: ['name', 'text'],
    2: ['generateName', 'text'],
    3: ['namespace', 'text'],
    11: ['labels', 'map'],
    12: ['annotations', 'map'],
  },
  LabelSelector: {1: ['matchLabels', 'map']},

  Namespace: {1: meta},
  ConfigMap: {1: meta, 2: ['data', 'map'], 3: ['binaryData', 'bytesMap'], 4: ['immutable', 'bool']},
  Secret: {1: meta, 2: ['data', 'bytesMap'], 3: ['type', 'text'], 4: ['stringData', 'map'], 5: ['immutable', 'bool']},
  ServiceAccount: {1: meta},
  ResourceQuota: {1: meta, 2: spec('ResourceQuotaSpec')},
  ResourceQuotaSpec: {1: ['hard', 'quantityMap'], 2: ['scopes', 'text[]']},
  Service: {1: meta, 2: spec('ServiceSpec')},
  ServiceSpec: {
    1: ['ports', 'ServicePort[]'],
    2: ['selector', 'map'],
    3: ['clusterIP', 'text'],
    4: ['type', 'text'],
    10: ['externalName', 'text'],
  },
  ServicePort: {
    1: ['name', 'text'],
    2: ['protocol', 'text'],
    3: ['port', 'int'],
    4: ['targetPort', 'intOrString'],
    5: ['nodePort', 'int'],
  },

  Role: {1: meta, 2: ['rules', 'PolicyRule[]']},
  ClusterRole: {1: meta, 2: ['rules', 'PolicyRule[]']},
  PolicyRule: {
    1: ['verbs', 'text[]'],
    2: ['apiGroups', 'text[]'],
    3: ['resources', 'text[]'],
    4: ['resourceNames', 'text[]'],
    5: ['nonResourceURLs', 'text[]'],
  },
  RoleBinding: {1: meta, 2: ['subjects', 'Subject[]'], 3: ['roleRef', 'RoleRef']},
  ClusterRoleBinding: {1: meta, 2: ['subjects', 'Subject[]'], 3: ['roleRef', 'RoleRef']},
  Subject: {1: ['kind', 'text'], 2: ['apiGroup', 'text'], 3: ['name', 'text'], 4: ['namespace', 'text']},
  RoleRef: {1: ['apiGroup', 'text'], 2: ['kind', 'text'], 3: ['name', 'text']},

  Deployment: {1: meta, 2: spec('DeploymentSpec')},
  DeploymentSpec: {1: ['replicas', 'pointer'], 2: ['selector', 'LabelSelector'], 3: ['template', 'PodTemplateSpec']},
  PodTemplateSpec: {1: meta, 2: spec('PodSpec')},
  PodSpec: {2: ['containers', 'Container[]'], 3: ['restartPolicy', 'text']},
  Container: {
    1: ['name', 'text'],
    2: ['image', 'text'],
    3: ['command', 'text[]'],
    4: ['args', 'text[]'],
    6: ['ports', 'ContainerPort[]'],
  },
  ContainerPort: {1: ['name', 'text'], 2: ['hostPort', 'int'], 3: ['containerPort', 'int'], 4: ['protocol', 'text']},
  Job: {1: meta, 2: spec('JobSpec')},
  JobSpec: {6: ['template', 'PodTemplateSpec']},
  CronJob: {1: meta, 2: spec('CronJobSpec')},
  CronJobSpec: {1: ['schedule', 'text'], 5: ['jobTemplate', 'JobTemplateSpec']},
  JobTemplateSpec: {1: meta, 2: spec('JobSpec')},

  PodDisruptionBudget: {1: meta, 2: spec('PodDisruptionBudgetSpec')},
  PodDisruptionBudgetSpec: {
    1: ['minAvailable', 'intOrString'],
    2: ['selector', 'LabelSelector'],
    3: ['maxUnavailable', 'intOrString'],
  },
  PriorityClass: {
    1: meta,
    2: ['value', 'pointer'],
    3: ['globalDefault', 'bool'],
    4: ['description', 'text'],
    5: ['preemptionPolicy', 'text'],
  },
  HorizontalPodAutoscaler: {1: meta, 2: spec('HorizontalPodAutoscalerSpec')},
  HorizontalPodAutoscalerSpec: {
    1: ['scaleTargetRef', 'ScaleTarget'],
    2: ['minReplicas', 'pointer'],
    3: ['maxReplicas', 'int'],
    4: ['metrics', 'Metric[]'],
  },
  ScaleTarget: {1: ['kind', 'text'], 2: ['name', 'text'], 3: ['apiVersion', 'text']},
  Metric: {1: ['type', 'text'], 4: ['resource', 'ResourceMetric']},
  ResourceMetric: {1: ['name', 'text'], 2: ['target', 'MetricTarget']},
  MetricTarget: {1: ['type', 'text'], 4: ['averageUtilization', 'int']},

  Ingress: {1: meta, 2: spec('IngressSpec')},
  IngressSpec: {
    1: ['defaultBackend', 'IngressBackend'],
    2: ['tls', 'IngressTls[]'],
    3: ['rules', 'IngressRule[]'],
    4: ['ingressClassName', 'text'],
  },
  IngressTls: {1: ['hosts', 'text[]'], 2: ['secretName', 'text']},
  IngressRule: {1: ['host', 'text'], 2: ['', 'IngressRuleValue']},
  IngressRuleValue: {1: ['http', 'HttpRule']},
  HttpRule: {1: ['paths', 'HttpPath[]']},
  HttpPath: {1: ['path', 'text'], 2: ['backend', 'IngressBackend'], 3: ['pathType', 'text']},
  IngressBackend: {4: ['service', 'BackendService']},
  BackendService: {1: ['name', 'text'], 2: ['port', 'BackendPort']},
  BackendPort: {1: ['name', 'text'], 2: ['number', 'int']},

  SelfSubjectAccessReview: {1: meta, 2: spec('AccessReviewSpec')},
  AccessReviewSpec: {1: ['resourceAttributes', 'ResourceAttributes'], 2: ['nonResourceAttributes', 'PathAttributes']},
  ResourceAttributes: {
    1: ['namespace', 'text'],
    2: ['verb', 'text'],
    3: ['group', 'text'],
    4: ['version', 'text'],
    5: ['resource', 'text'],
    6: ['subresource', 'text'],
    7: ['name', 'text'],
  },
  PathAttributes: {1: ['path', 'text'], 2: ['verb', 'text']},
}
