export { linesOf, nameOf, sentenceOf, servicesOf, textOf, upperFirst, type Line, type ServiceNames } from './allows';
export {
  databaseAccess,
  isKnown,
  organizationGroups,
  organizationPermissions,
  serviceGroups,
  servicePermissions,
  wordsOf,
  type Group,
  type Permission,
} from './catalogue';
export { allServices, isOfOrganization, resourceOf, serviceOf, type Policy } from './policy';
export { loadRoles, rolesKey, rolesQuery, useRoles, type Role } from './useRoles';
