import { Skeleton } from '@/ui';

import styles from './settings.module.css';

/** In the place of fields, as high as they will be. */
export function FieldsOnTheirWay({ count }: { count: number }) {
  return (
    <div aria-busy className={styles.pair}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={60} />
      ))}
    </div>
  );
}
