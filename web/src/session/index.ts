export { PermittedButton } from './PermittedButton';
export { usePermissions } from './permissions';
export { sessionOf, sessionQuery, takeSession, useMaybeSession, useSession, useTakeSession } from './session';
export { useSignOut } from './useSignOut';
