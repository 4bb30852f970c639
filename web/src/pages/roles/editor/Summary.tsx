import { useTranslation } from 'react-i18next';

import { useServiceNames } from '@/pages/services/useServiceNames';
import { linesOf, upperFirst, type Policy } from '@/permissions';
import { Badge } from '@/ui';

import { useSettled } from '../actors';
import styles from './editor.module.css';

/** Says in words what the role allows, as it stands in the editor. */
export function Summary({ organizationId, policies }: { organizationId: string; policies: readonly Policy[] }) {
  const { t } = useTranslation('roles');
  const { t: words } = useTranslation('permissions');
  const lines = linesOf(policies, words, useServiceNames(organizationId, policies));
  const spoken = useSettled(lines.length, 1_000);
  return (
    <section aria-labelledby="role-summary" className={styles.summary}>
      <h2 id="role-summary" className={styles['side-title']}>
        {t('summary')}
      </h2>
      {lines.length === 0 ? (
        <p className={styles.muted}>{words('nothing')}</p>
      ) : (
        <dl className={styles.lines}>
          {lines.map(({ key, denied, where, what }) => (
            <div key={key}>
              <dt>
                {where} {denied && <Badge state="danger">{t('denied')}</Badge>}
              </dt>
              {what.map((text) => (
                <dd key={text}>{upperFirst(text)}</dd>
              ))}
            </div>
          ))}
        </dl>
      )}
      {/* Every tick read out would be too much: how many things it is about is enough. */}
      <span role="status" className="visually-hidden">
        {t('summaryCount', { count: spoken })}
      </span>
    </section>
  );
}
