import type { ReactNode, RefObject } from 'react';

import styles from './ListTools.module.css';
import { SearchField } from './SearchField';

type Props = {
  /** The name of the search field. */
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  /** Of the search field. */
  ref?: RefObject<HTMLInputElement | null>;
  /** Other filters, each as wide as its own class says, and a line of its own on a phone. */
  children?: ReactNode;
  /** What came of it, such as how many were found; read out when it changes. Empty as long as it is not known. */
  status?: string;
};

/** What stands above a list: the field to search it, filters, and how much of it there is. */
export function ListTools({ label, placeholder, value, onChange, ref, children, status }: Props) {
  return (
    <div role="search" className={styles.tools}>
      <SearchField label={label} placeholder={placeholder} value={value} onChange={onChange} ref={ref} className={styles.search} />
      {children}
      {status !== undefined && (
        <span role="status" className={styles.status}>
          {status}
        </span>
      )}
    </div>
  );
}
