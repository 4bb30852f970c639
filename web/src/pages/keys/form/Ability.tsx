import { useWatch, type Control } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { useFormat } from '@/format';

import { isSource } from './addresses';
import { endOf } from './expiry';
import styles from './form.module.css';
import { noRole } from './roles';
import { sentenceOf } from './sentence';
import type { KeyValues } from './values';

type Props = { control: Control<KeyValues>; now: Date; edited?: Schema<'ApiKey'> };

/** Says in plain words what the key will be able to do, as it stands in the form. */
export function Ability({ control, now, edited }: Props) {
  const { t } = useTranslation('keyForm');
  const { date, number } = useFormat();
  const [organizationRole, serviceRole, otherRoles, expiry, day, access, addresses] = useWatch({
    control,
    name: ['organizationRole', 'serviceRole', 'otherRoles', 'expiry', 'date', 'access', 'addresses'],
  });
  const others = edited?.assignedRoles.filter((role) => otherRoles.includes(role.roleId)) ?? [];
  const roles = [organizationRole, serviceRole, ...others.map((role) => role.roleName)].filter((role) => role !== noRole);
  const present = edited?.expireAt ? new Date(edited.expireAt) : null;
  const ability = {
    roles,
    sources: access === 'anywhere' ? undefined : addresses.map(({ source }) => source.trim()).filter(isSource),
    end: expiry === 'keep' ? present : endOf(expiry, day, now),
    disabled: edited?.state === 'disabled',
  };
  return (
    <div className={styles.ability}>
      <p className={styles.label}>{t(edited ? 'whatItCan' : 'whatItWill')}</p>
      <p aria-live="polite">{sentenceOf(ability, { t, date, number }, now)}</p>
    </div>
  );
}
