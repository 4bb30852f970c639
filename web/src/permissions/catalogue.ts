/**
 * The permissions of the Cloud by their subject, in the order in which people
 * look for them, each with the key of its words in the catalogue `permissions`.
 */
export const organizationSubjects = {
  organization: {
    'control-plane:organization:view': 'organizationView',
    'control-plane:organization:manage': 'organizationManage',
  },
  apiKeys: {
    'control-plane:organization:view-api-keys': 'viewApiKeys',
    'control-plane:organization:create-api-keys': 'createApiKeys',
    'control-plane:organization:update-api-keys': 'updateApiKeys',
    'control-plane:organization:delete-api-keys': 'deleteApiKeys',
  },
  billing: {
    'control-plane:organization:view-billing': 'viewBilling',
    'control-plane:organization:manage-billing': 'manageBilling',
  },
  audit: { 'control-plane:organization:view-activities': 'viewActivities' },
  creation: { 'control-plane:organization:create-service': 'createService' },
  support: { 'control-plane:support:manage': 'manageSupport' },
} as const;

export const serviceSubjects = {
  service: {
    'control-plane:service:view': 'serviceView',
    'control-plane:service:manage': 'serviceManage',
    'control-plane:service:delete': 'serviceDelete',
  },
  backups: {
    'control-plane:service:view-backups': 'viewBackups',
    'control-plane:service:manage-backups': 'manageBackups',
  },
  networking: {
    'control-plane:service:manage-ip-access-list': 'manageIpAccessList',
    'control-plane:service:view-private-endpoints': 'viewPrivateEndpoints',
    'control-plane:service:manage-private-endpoints': 'managePrivateEndpoints',
  },
  scaling: {
    'control-plane:service:view-scaling-config': 'viewScaling',
    'control-plane:service:manage-scaling-config': 'manageScaling',
  },
  queryEndpoints: {
    'control-plane:service:view-query-api-endpoints': 'viewQueryEndpoints',
    'control-plane:service:manage-query-api-endpoints': 'manageQueryEndpoints',
  },
  integrations: {
    'control-plane:service:manage-clickpipes': 'manageClickPipes',
    'control-plane:service:manage-clickstack-api': 'manageClickStack',
    'control-plane:service:manage-generative-ai': 'manageGenerativeAi',
  },
  postgres: {
    'control-plane:postgres-service:view': 'postgresView',
    'control-plane:postgres-service:manage': 'postgresManage',
  },
} as const;

/** Access to databases through the SQL console; how much, the policy's tags say. */
export const databaseAccess = 'sql-console:database:access';

const words = {
  ...organizationSubjects.organization,
  ...organizationSubjects.apiKeys,
  ...organizationSubjects.billing,
  ...organizationSubjects.audit,
  ...organizationSubjects.creation,
  ...organizationSubjects.support,
  ...serviceSubjects.service,
  ...serviceSubjects.backups,
  ...serviceSubjects.networking,
  ...serviceSubjects.scaling,
  ...serviceSubjects.queryEndpoints,
  ...serviceSubjects.integrations,
  ...serviceSubjects.postgres,
  [databaseAccess]: 'databaseAccess',
} as const;

export type Permission = keyof typeof words;
export type OrganizationSubject = keyof typeof organizationSubjects;
export type ServiceSubject = keyof typeof serviceSubjects;
export type Subject = OrganizationSubject | ServiceSubject;

export type Group = { subject: Subject; permissions: readonly Permission[] };

function groupsOf(subjects: Readonly<Partial<Record<Subject, object>>>): readonly Group[] {
  return Object.entries(subjects).map(([subject, permissions]) => ({
    subject: subject as Subject,
    permissions: Object.keys(permissions).filter(isKnown),
  }));
}

export const organizationGroups = groupsOf(organizationSubjects);
/** Without `databaseAccess`, which has a part of its own. */
export const serviceGroups = groupsOf(serviceSubjects);

export const organizationPermissions = organizationGroups.flatMap((group) => group.permissions);
export const servicePermissions = serviceGroups.flatMap((group) => group.permissions);

export function isKnown(permission: string): permission is Permission {
  return Object.hasOwn(words, permission);
}

/** The key of the words of a permission. */
export function wordsOf(permission: Permission): (typeof words)[Permission] {
  return words[permission];
}
