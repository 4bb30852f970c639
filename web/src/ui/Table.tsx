/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role --
   said again because the card layout takes the display of a table away, and the roles with it */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { classes } from './classes';
import { Icon } from './Icon';
import { IconButton } from './IconButton';
import { Select } from './Select';
import { Skeleton } from './Skeleton';
import styles from './Table.module.css';

export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  sortable?: boolean;
  /** `title` names the row and heads its card; `actions` has the row's menu and no visible header. */
  role?: 'title' | 'actions';
  align?: 'left' | 'right';
  /** CSS width, such as `20%` or `140px`. */
  width?: string;
  nowrap?: boolean;
};

export type Sort = { column: string; order: 'asc' | 'desc' };

type Props<Row> = {
  /** What the table lists; its name, not shown. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  /** Nothing has arrived yet: shows this many rows that wait. */
  loading?: boolean;
  loadingRows?: number;
  /** What stands here is about to be replaced, such as while the next page is on its way. */
  stale?: boolean;
  /** The widths of the columns are those that they name, whatever the rows hold: nothing moves when they change. */
  fixed?: boolean;
  /** Many columns: less room between them, and rows of the same height. */
  dense?: boolean;
  /** In place of rows. */
  empty?: ReactNode;
};

/** Rows become cards where a table would not fit. */
export function Table<Row>({ caption, columns, rows, rowKey, sort, onSort, loading = false, loadingRows = 5, stale = false, fixed = false, dense = false, empty }: Props<Row>) {
  const { t } = useTranslation();
  if (!loading && rows.length === 0 && empty) return <div className={styles.frame}>{empty}</div>;
  return (
    <>
      {onSort && <CardSort columns={columns} sort={sort} onSort={onSort} />}
      <div className={styles.frame}>
        <table role="table" className={classes(styles.table, stale && styles.stale, fixed && styles.fixed, dense && styles.dense)} aria-busy={loading || stale}>
          <caption className="visually-hidden">{loading ? `${caption}: ${t('loading')}` : caption}</caption>
          <colgroup>
            {columns.map((column) => (
              <col key={column.id} style={{ width: column.width }} />
            ))}
          </colgroup>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {loading
              ? Array.from({ length: loadingRows }, (_, row) => (
                  <tr role="row" key={row} aria-hidden>
                    {columns.map((column) => (
                      <td role="cell" key={column.id} className={classes(column.role && styles[column.role])}>
                        {column.role !== 'actions' && <Skeleton width={column.role === 'title' ? '60%' : '45%'} />}
                      </td>
                    ))}
                  </tr>
                ))
              : rows.map((row) => (
                  <tr role="row" key={rowKey(row)}>
                    {columns.map((column) => (
                      <Cell key={column.id} column={column} row={row} />
                    ))}
                  </tr>
                ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const className = classes(column.role && styles[column.role], column.align === 'right' && styles.right, column.nowrap && styles.nowrap);
  if (column.role === 'title') {
    return (
      <th role="rowheader" scope="row" className={className}>
        {column.cell(row)}
      </th>
    );
  }
  return (
    <td role="cell" className={className} data-label={column.role ? undefined : column.header}>
      {column.cell(row)}
    </td>
  );
}

type HeaderProps<Row> = { column: Column<Row>; sort: Sort | undefined; onSort: ((sort: Sort) => void) | undefined };

function HeaderCell<Row>({ column, sort, onSort }: HeaderProps<Row>) {
  const sorted = sort?.column === column.id ? sort.order : undefined;
  const className = classes(column.align === 'right' && styles.right);
  if (!column.sortable || !onSort) {
    return (
      <th role="columnheader" scope="col" className={className}>
        {column.role === 'actions' ? <span className="visually-hidden">{column.header}</span> : column.header}
      </th>
    );
  }
  return (
    <th role="columnheader" scope="col" className={className} aria-sort={sorted && (sorted === 'asc' ? 'ascending' : 'descending')}>
      <button type="button" className={classes(styles.sort, sorted && styles.sorted)} onClick={() => onSort({ column: column.id, order: sorted === 'asc' ? 'desc' : 'asc' })}>
        {column.header}
        <Icon name={sorted === 'desc' ? 'arrow-down' : 'arrow-up'} size={12} />
      </button>
    </th>
  );
}

/** Stands in for the headers, which cards do not have. */
function CardSort<Row>({ columns, sort, onSort }: { columns: readonly Column<Row>[]; sort: Sort | undefined; onSort: (sort: Sort) => void }) {
  const { t } = useTranslation();
  const sortable = columns.filter((column) => column.sortable);
  if (sortable.length === 0) return null;
  const order = sort?.order ?? 'asc';
  return (
    <div className={styles['card-sort']}>
      <Select
        label={t('sortBy')}
        options={sortable.map((column) => ({ value: column.id, label: column.header }))}
        value={sort?.column}
        onChange={(column) => onSort({ column, order })}
      />
      <IconButton
        icon={order === 'asc' ? 'arrow-up' : 'arrow-down'}
        label={order === 'asc' ? t('ascending') : t('descending')}
        onClick={() => onSort({ column: sort?.column ?? sortable[0]?.id ?? '', order: order === 'asc' ? 'desc' : 'asc' })}
      />
    </div>
  );
}
