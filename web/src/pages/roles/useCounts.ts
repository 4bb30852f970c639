import { useTranslation } from 'react-i18next';

import { kindOf } from './actors';

/** "2 people and 1 API key": of each kind that there is. */
export function useCounts() {
  const { t, i18n } = useTranslation('roles');
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return (actors: readonly string[]): string => {
    const people = actors.filter((ref) => kindOf(ref) === 'person').length;
    const keys = actors.length - people;
    return list.format([...(people > 0 ? [t('people', { count: people })] : []), ...(keys > 0 ? [t('keys', { count: keys })] : [])]);
  };
}
