import type { Service } from './service';

export const serviceId = '8c2f5b0e-4a41-4f0b-9c58-3d1f6a7b9e20';

/** A service for tests, which differs in what is given. */
export function someService(given: Partial<Service> = {}): Service {
  return {
    id: serviceId,
    name: 'orders',
    provider: 'aws',
    region: 'us-east-1',
    state: 'running',
    clickhouseVersion: '26.7.2.1',
    endpoints: [
      { protocol: 'nativesecure', host: 'localhost', port: 21001, username: null },
      { protocol: 'https', host: 'localhost', port: 21000, username: null },
    ],
    minReplicaMemoryGb: 8,
    maxReplicaMemoryGb: 16,
    numReplicas: 1,
    autoscalingMode: 'vertical',
    idleScaling: true,
    idleTimeoutMinutes: 15,
    ipAccessList: [{ source: '203.0.113.0/24', description: 'office' }],
    createdAt: '2026-11-01T08:00:00Z',
    iamRole: '',
    privateEndpointIds: [],
    availablePrivateEndpointIds: [],
    dataWarehouseId: serviceId,
    isPrimary: true,
    isReadonly: false,
    releaseChannel: 'default',
    hasTransparentDataEncryption: false,
    profile: 'v1-default',
    tags: [],
    enableCoreDumps: true,
    currentScaling: {
      effectiveAutoscalingMode: 'vertical',
      effectiveMinReplicaMemoryGb: 8,
      effectiveMaxReplicaMemoryGb: 16,
      effectiveMinReplicas: 1,
      effectiveMaxReplicas: 1,
      effectiveIdleScaling: true,
      effectiveIdleTimeoutMinutes: 15,
    },
    ...given,
  };
}

/** The rights of somebody who may do everything with services, for signedIn. */
export const serviceAdmin = [
  'control-plane:service:view',
  'control-plane:service:manage',
  'control-plane:service:delete',
  'control-plane:service:manage-scaling-config',
  'control-plane:service:view-backups',
  'control-plane:service:manage-backups',
];
