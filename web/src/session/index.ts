export { PermittedButton } from './PermittedButton';
export { usePermissions, useServicePermissions } from './permissions';
export { sessionOf, sessionQuery, takeSession, useMaybeSession, useSession, useTakeSession } from './session';
export { useSignOut } from './useSignOut';
