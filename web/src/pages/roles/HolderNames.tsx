import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, Icon } from '@/ui';

import { useActorNames } from './actors';
import styles from './roles.module.css';

/** As many are named at first: each key's name is a question. */
const first = 20;

/** Who has a role, by name. */
export function HolderNames({ organizationId, label, refs }: { organizationId: string; label: string; refs: readonly string[] }) {
  const { t } = useTranslation('roles');
  const [shown, setShown] = useState(first);
  const some = refs.slice(0, shown);
  const nameOf = useActorNames(organizationId, some);
  return (
    <>
      <ul aria-label={label} className={styles.holders}>
        {some.map((ref) => {
          const { kind, name, detail } = nameOf(ref);
          return (
            <li key={ref}>
              <Icon name={kind === 'key' ? 'key' : 'user'} label={t(kind)} />
              <span>
                {name} {detail !== name && <span className={styles.nothing}>{detail}</span>}
              </span>
            </li>
          );
        })}
      </ul>
      {shown < refs.length && (
        <div>
          <Button onClick={() => setShown(shown + 5 * first)}>{t('showMore', { count: refs.length - shown })}</Button>
        </div>
      )}
    </>
  );
}
