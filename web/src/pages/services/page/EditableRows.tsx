import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { IconButton } from '@/ui';

import { useThisService } from './context';
import styles from './EditableRows.module.css';

/** Things that the service is set to, one to a row. `dense`: closer together. */
export function EditableRows({ dense = false, children }: { dense?: boolean; children: ReactNode }) {
  return (
    <ul className={styles.rows} data-dense={dense || undefined}>
      {children}
    </ul>
  );
}

type RowProps = {
  /** The names of its buttons. */
  edit: string;
  remove: string;
  /** What it takes to use them. */
  permission: string;
  onEdit: () => void;
  onRemove: () => void;
  children: ReactNode;
};

/** One of them, with what may be done to it. */
export function EditableRow({ edit, remove, permission, onEdit, onRemove, children }: RowProps) {
  const { t } = useTranslation();
  const { can } = useThisService();
  const refused = can(permission) ? undefined : t('notAllowed');
  return (
    <li className={styles.row}>
      <div className={styles.texts}>{children}</div>
      <div className={styles.actions}>
        <IconButton icon="pencil" label={edit} disabledReason={refused} onClick={onEdit} />
        <IconButton icon="trash" label={remove} disabledReason={refused} onClick={onRemove} />
      </div>
    </li>
  );
}
