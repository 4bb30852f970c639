export { CodeField } from './CodeField';
export { NewPasswordField } from './NewPasswordField';
export { newPassword } from './passwordRule';
export { Preferences } from './Preferences';
export { RecoveryCode, useTakenFirst } from './RecoveryCode';
export { saveFile } from './saveFile';
export { usePasswordWords } from './usePasswordWords';
export { useProgramWords } from './useProgramWords';
export { accountErrorText, showAccountError } from './words';
