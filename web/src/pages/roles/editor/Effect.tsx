import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText, type Schema } from '@/api';
import { useFormat } from '@/format';
import { useServiceNames } from '@/pages/services/useServiceNames';
import { linesOf, upperFirst, type Policy } from '@/permissions';
import { Banner, Checkbox, Icon, Mono, Spinner } from '@/ui';

import { ActorPicker, Chips } from '../actors';
import styles from './editor.module.css';
import { useSimulation } from './useSimulation';

type Props = { organizationId: string; roleId?: string | undefined; policies: readonly Policy[] };

/** What the role, as it stands in the editor, would change for somebody: before it is saved. */
export function Effect({ organizationId, roleId, policies }: Props) {
  const { t } = useTranslation(['roles', 'common']);
  const [actor, setActor] = useState<string>();
  const [alone, setAlone] = useState(false);
  const { data, error, stale, isLoading } = useSimulation({ organizationId, roleId, policies, actor, alone });
  const found = data?.actors.find((one) => one.actor === actor);
  return (
    <section aria-labelledby="role-effect" className={styles.summary}>
      <h2 id="role-effect" className={styles['side-title']}>
        {t('effect')}
      </h2>
      <p className={styles.muted}>{t('effectHint')}</p>
      <ActorPicker organizationId={organizationId} label={t('effectOn')} labelHidden inFlow without={actor ? [actor] : []} onPick={({ ref }) => setActor(ref)} />
      {actor !== undefined && (
        <>
          <Chips organizationId={organizationId} label={t('effectOn')} refs={[actor]} onRemove={() => setActor(undefined)} />
          <Checkbox label={t('alone')} hint={t('aloneHint')} checked={alone} onChange={(event) => setAlone(event.target.checked)} />
          {error ? (
            <Banner kind="danger" title={t('effectFailed')}>
              {errorText(error)}
            </Banner>
          ) : found && data ? (
            <div aria-busy={stale} aria-live="polite" className={stale ? styles.stale : undefined}>
              <Outcome organizationId={organizationId} simulation={data} actor={found} />
            </div>
          ) : (
            (isLoading || stale) && <Spinner label={t('common:loading')} />
          )}
        </>
      )}
    </section>
  );
}

type OutcomeProps = { organizationId: string; simulation: Schema<'RoleSimulation'>; actor: Schema<'SimulatedActor'> };

function Outcome({ organizationId, simulation: { from, to }, actor }: OutcomeProps) {
  const { t } = useTranslation('roles');
  const { date, number } = useFormat();
  const { gains, loses, requests, refused, operations } = actor;
  const period = { from: date(`${from}T12:00:00`), to: date(`${to}T12:00:00`) };
  return (
    <div className={styles.outcome}>
      <div>
        <h3>{t('requests')}</h3>
        <p className={refused > 0 ? styles.refused : undefined}>
          {requests === 0
            ? t('noRequests', period)
            : refused === 0
              ? t('noneRefused', { ...period, count: requests, number: number(requests) })
              : t('someRefused', { ...period, count: refused, refused: number(refused), requests: number(requests) })}
        </p>
        {operations.length > 0 && (
          <ul className={styles.operations}>
            {operations.map(({ operationId, resource, requests: count, lastDay, decidedBy }) => (
              <li key={`${operationId} ${resource}`}>
                <Mono>{operationId}</Mono>
                <span className={styles.muted}>
                  {t('refusedOperation', { count, number: number(count), day: date(`${lastDay}T12:00:00`) })}
                  {decidedBy?.allowDeny === 'DENY' && ` ${t('deniedBy', { role: decidedBy.roleName || t('thisRole') })}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <Rights organizationId={organizationId} title={t('loses')} icon="minus" none={t('losesNothing')} rights={loses} />
      <Rights organizationId={organizationId} title={t('gains')} icon="plus" none={t('gainsNothing')} rights={gains} />
    </div>
  );
}

type RightsProps = { organizationId: string; title: string; icon: 'plus' | 'minus'; none: string; rights: readonly Schema<'PermissionOn'>[] };

/** In the words that policies are told in. */
function Rights({ organizationId, title, icon, none, rights }: RightsProps) {
  const { t } = useTranslation('permissions');
  const { t: roles } = useTranslation('roles');
  const policies = rights.map(({ permission, resource }): Policy => ({ allowDeny: 'ALLOW', permissions: [permission], resources: [resource] }));
  const names = useServiceNames(organizationId, policies);
  return (
    <div>
      <h3>{title}</h3>
      {rights.length === 0 ? (
        <p className={styles.muted}>{none}</p>
      ) : (
        linesOf(policies, t, names).map(({ key, kind, where, what }) => (
          <div key={key} className={styles.place}>
            <p className={styles.muted}>{where}</p>
            <ul className={styles.rights}>
              {(kind === 'sql' ? [roles('sqlAccess')] : what).map((text) => (
                <li key={text}>
                  <Icon name={icon} size={14} />
                  {upperFirst(text)}
                </li>
              ))}
            </ul>
          </div>
        ))
      )}
    </div>
  );
}
