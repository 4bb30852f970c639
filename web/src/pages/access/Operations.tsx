import { useTranslation } from 'react-i18next';

import { Mono, Table, type Column } from '@/ui';

import styles from './access.module.css';
import { Decisions } from './Decisions';
import { byTag, rowsOf, type Operation, type Row } from './rows';
import type { DecisionWords } from './useDecisionWords';

const known = ['Organization', 'User management', 'Role Management', 'OpenAPI'] as const;

/** The operations of the API by their subject. */
export function Operations({ operations, words }: { operations: readonly Operation[]; words: DecisionWords }) {
  const { t } = useTranslation('access');
  if (operations.length === 0) return null;
  const titleOf = (tag: string) => {
    const name = known.find((one) => one === tag);
    return name ? t(`tags.${name}`) : tag;
  };
  const columns: Column<Row<Operation>>[] = [
    {
      id: 'operation',
      header: t('operation'),
      role: 'title',
      width: '45%',
      cell: ({ item: { summary, method, path } }) => (
        <>
          {summary}
          <span className={styles.path}>
            <Mono>
              {method} {path.replace('/v1/organizations/{organizationId}/', '…/')}
            </Mono>
          </span>
        </>
      ),
    },
    { id: 'decision', header: t('decision'), cell: ({ decisions }) => <Decisions decisions={decisions} words={words} /> },
  ];
  return (
    <section aria-labelledby="access-operations" className={styles.part}>
      <h2 id="access-operations" className={styles.title}>
        {t('operations')}
      </h2>
      {byTag(operations).map(([tag, some]) => (
        <div key={tag} className={styles.group}>
          <h3 className={styles.subject}>{titleOf(tag)}</h3>
          <Table caption={titleOf(tag)} columns={columns} rows={rowsOf(some, ({ operationId }) => operationId)} rowKey={({ key }) => key} fixed />
        </div>
      ))}
    </section>
  );
}
