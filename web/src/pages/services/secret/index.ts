export { ShownPassword } from './ShownPassword';
export { usePasswordTaken } from './usePasswordTaken';
