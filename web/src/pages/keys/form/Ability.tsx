import { useWatch, type Control } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { isSource } from '@/addresses';
import type { Schema } from '@/api';
import { useFormat } from '@/format';
import type { Role } from '@/permissions';

import { endOf } from './expiry';
import styles from './form.module.css';
import { limitedName } from './limitedRole';
import { noRole } from './roles';
import { sentenceOf } from './sentence';
import type { KeyValues } from './values';

type Props = { control: Control<KeyValues>; now: Date; custom: readonly Role[]; services: readonly { id: string; name: string }[]; edited?: Schema<'ApiKey'> };

/** Says in plain words what the key will be able to do, as it stands in the form. */
export function Ability({ control, now, custom, services, edited }: Props) {
  const { t } = useTranslation('keyForm');
  const { date, number } = useFormat();
  const [organizationRole, serviceRole, scope, chosen, otherRoles, expiry, day, access, addresses] = useWatch({
    control,
    name: ['organizationRole', 'serviceRole', 'scope', 'services', 'otherRoles', 'expiry', 'date', 'access', 'addresses'],
  });
  const names = new Map([...(edited?.assignedRoles.map((role) => [role.roleId, role.roleName] as const) ?? []), ...custom.map((role) => [role.id, role.name] as const)]);
  const limited = serviceRole !== noRole && scope === 'specific';
  const roleOnServices = limited ? limitedName(serviceRole, services.filter(({ id }) => chosen.includes(id))) : serviceRole;
  const roles = [organizationRole, roleOnServices, ...otherRoles.flatMap((id) => names.get(id) ?? [])].filter((role) => role !== noRole);
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
