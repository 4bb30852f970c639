import { useTranslation } from 'react-i18next';

import { Table, type Column } from '@/ui';

import styles from './access.module.css';
import { Decisions } from './Decisions';
import { rowsOf, type PermissionOn, type Row } from './rows';
import type { DecisionWords } from './useDecisionWords';

/** The permissions behind the operations; for those of services to come as well. */
export function Permissions({ permissions, words }: { permissions: readonly PermissionOn[]; words: DecisionWords }) {
  const { t } = useTranslation('access');
  const { t: subjects } = useTranslation('permissions');
  if (permissions.length === 0) return null;
  const rows = rowsOf(permissions, ({ permission }) => permission);
  const ofOrganization = rows.filter(({ item }) => item.resource.startsWith('organization/'));
  const ofServices = rows.filter(({ item }) => !item.resource.startsWith('organization/'));
  const columns: Column<Row<PermissionOn>>[] = [
    {
      id: 'permission',
      header: t('permission'),
      role: 'title',
      width: '45%',
      cell: ({ key }) => (
        <>
          {words.permission(key)}
          <span className={styles.technical}>{key}</span>
        </>
      ),
    },
    { id: 'decision', header: t('decision'), cell: ({ decisions }) => <Decisions decisions={decisions} words={words} /> },
  ];
  const groups = [
    { title: subjects('organization'), some: ofOrganization },
    { title: t('services'), some: ofServices },
  ];
  return (
    <section aria-labelledby="access-permissions" className={styles.part}>
      <h2 id="access-permissions" className={styles.title}>
        {t('permissions')}
      </h2>
      {groups.map(
        ({ title, some }) =>
          some.length > 0 && (
            <div key={title} className={styles.group}>
              <h3 className={styles.subject}>{title}</h3>
              <div className={styles.compact}>
                <Table caption={title} columns={columns} rows={some} rowKey={({ key }) => key} fixed />
              </div>
            </div>
          ),
      )}
    </section>
  );
}
