import { useTranslation } from 'react-i18next';

import { Mono, Table, type Column } from '@/ui';

import styles from './access.module.css';
import type { Access } from './rows';
import type { DecisionWords } from './useDecisionWords';

type Row = Access['sqlConsole'][number];

/** What somebody may do in the databases of services. */
export function SqlConsole({ access, words }: { access: readonly Row[]; words: DecisionWords }) {
  const { t } = useTranslation('access');
  const { t: permissions } = useTranslation('permissions');
  const columns: Column<Row>[] = [
    { id: 'resource', header: t('service'), role: 'title', width: '45%', cell: ({ resource }) => words.resource(resource) },
    {
      id: 'access',
      header: t('databases'),
      cell: ({ roleV2, grants }) => (
        <ul className={styles.decisions}>
          <li>{roleV2 === 'sql-console-admin' ? t('sqlAdmin') : roleV2 === 'sql-console-readonly' ? t('sqlReadOnly') : grants.length === 0 ? t('sqlNone') : t('sqlGrants')}</li>
          {grants.map((grant) => (
            <li key={grant}>
              <Mono>{grant}</Mono>
            </li>
          ))}
        </ul>
      ),
    },
  ];
  return (
    <section aria-labelledby="access-sql" className={styles.part}>
      <h2 id="access-sql" className={styles.title}>
        {permissions('sqlConsole')}
      </h2>
      <Table caption={permissions('sqlConsole')} columns={columns} rows={access} rowKey={({ resource }) => resource} fixed />
    </section>
  );
}
