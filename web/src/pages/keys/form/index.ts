export { EditKeyFlyout } from './EditKeyFlyout';
export { NewKeyFlyout } from './NewKeyFlyout';
