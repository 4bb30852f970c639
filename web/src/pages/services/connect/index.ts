export { ConnectCommands } from './ConnectCommands';
export { useAuthority } from './useAuthority';
