import { useTranslation } from 'react-i18next';

import { useServiceNames } from '@/pages/services/useServiceNames';
import { linesOf, textOf, type Policy } from '@/permissions';

import styles from './roles.module.css';

/** What policies allow, in words: a line for each thing that they are about. */
export function AllowedList({ organizationId, policies }: { organizationId: string; policies: readonly Policy[] }) {
  const { t } = useTranslation('permissions');
  const lines = linesOf(policies, t, useServiceNames(organizationId, policies));
  if (lines.length === 0) return <span className={styles.nothing}>{t('nothing')}</span>;
  return (
    <ul className={styles.lines}>
      {lines.map((line) => (
        <li key={line.key}>{textOf(line, t)}</li>
      ))}
    </ul>
  );
}
