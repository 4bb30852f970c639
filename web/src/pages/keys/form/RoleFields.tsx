import { Controller, useWatch, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { useServiceNames } from '@/pages/services/useServiceNames';
import { sentenceOf, type Role } from '@/permissions';
import { usePermissions } from '@/session';
import { Checkbox, Icon, RadioGroup, Select } from '@/ui';

import styles from './form.module.css';
import { forQueryEndpoints, isOrganizationRole, isServiceRole, noRole, organizationRoles, serviceRoles, sortRoles } from './roles';
import type { KeyValues } from './values';

type Props = { organizationId: string; form: UseFormReturn<KeyValues>; custom: readonly Role[]; services: readonly { id: string; name: string }[]; edited?: Schema<'ApiKey'> };

/** What the key may do. */
export function RoleFields({ organizationId, form, custom, services, edited }: Props) {
  const { t } = useTranslation('keyForm');
  const { t: words } = useTranslation('permissions');
  const { control } = form;
  const names = useServiceNames(organizationId, custom.flatMap(({ policies }) => policies));
  const serviceRole = useWatch({ control, name: 'serviceRole' });
  const isCustom = (id: string) => custom.some((role) => role.id === id);
  // Those that cannot be chosen, but taken away.
  const others = edited ? sortRoles(edited.assignedRoles).others.filter((role) => !isCustom(role.roleId)) : [];
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{t('permissions')}</legend>
      <div className={styles.pair}>
        <Controller
          control={control}
          name="organizationRole"
          render={({ field: { disabled: _, name: __, ...field }, fieldState }) => (
            <Select
              {...field}
              label={t('organizationRole')}
              error={fieldState.error?.message}
              options={[
                ...Object.entries(organizationRoles).flatMap(([role, text]) => (isOrganizationRole(role) ? [{ value: role, label: role, hint: t(`roleHints.${text}`) }] : [])),
                { value: noRole, label: t('noRole'), hint: t('noOrganizationRole') },
              ]}
            />
          )}
        />
        <Controller
          control={control}
          name="serviceRole"
          render={({ field: { disabled: _, name: __, ...field }, fieldState }) => (
            <Select
              {...field}
              label={t('serviceRole')}
              error={fieldState.error?.message}
              options={[
                { value: noRole, label: t('noRole'), hint: t('noServiceRole') },
                ...Object.entries(serviceRoles).flatMap(([role, text]) => (isServiceRole(role) ? [{ value: role, label: role, hint: t(`roleHints.${text}`) }] : [])),
              ]}
            />
          )}
        />
      </div>
      <QueryHint form={form} />
      {serviceRole !== noRole && <WhichServices organizationId={organizationId} form={form} services={services} />}
      <MoreRoles
        form={form}
        lists={[
          { title: t('customRoles'), hint: t('customRolesHint'), roles: custom.map(({ id, name, policies }) => ({ id, name, hint: sentenceOf(policies, words, names) })) },
          { title: t('otherRoles'), hint: t('otherRolesHint'), roles: others.map(({ roleId, roleName }) => ({ id: roleId, name: roleName })) },
        ]}
      />
    </fieldset>
  );
}

/** What Query API endpoints need, to be chosen with one click. */
function QueryHint({ form: { control, setValue, setFocus } }: { form: UseFormReturn<KeyValues> }) {
  const { t } = useTranslation('keyForm');
  const [organizationRole, serviceRole] = useWatch({ control, name: ['organizationRole', 'serviceRole'] });
  const chosen = organizationRole === forQueryEndpoints.organizationRole && serviceRole === forQueryEndpoints.serviceRole;
  const choose = () => {
    setValue('organizationRole', forQueryEndpoints.organizationRole, { shouldDirty: true });
    setValue('serviceRole', forQueryEndpoints.serviceRole, { shouldDirty: true });
    setFocus('serviceRole'); // the button is gone
  };
  return (
    <div className={styles.tip}>
      <Icon name="info-in-circle" />
      <p>{t('queryHint')}</p>
      {chosen ? (
        <span className={styles.chosen}>
          <Icon name="check" />
          {t('queryChosen')}
        </span>
      ) : (
        <button type="button" className={styles.choose} onClick={choose}>
          {t('queryChoose')}
        </button>
      )}
    </div>
  );
}

/** On which services the service role holds. */
function WhichServices({ organizationId, form: { control, register }, services }: Pick<Props, 'organizationId' | 'form' | 'services'>) {
  const { t } = useTranslation('keyForm');
  const scope = useWatch({ control, name: 'scope' });
  const mayManage = usePermissions(organizationId).can('control-plane:organization:manage');
  const hint = !mayManage ? t('specificServicesNotAllowed') : services.length === 0 ? t('specificServicesNone') : t('specificServicesHint');
  return (
    <>
      <RadioGroup
        label={t('services')}
        options={[
          { value: 'all', label: t('allServices'), hint: t('allServicesHint') },
          { value: 'specific', label: t('specificServices'), hint, disabled: !mayManage || services.length === 0 },
        ]}
        {...register('scope')}
      />
      {scope === 'specific' && (
        <Controller
          control={control}
          name="services"
          render={({ field, fieldState }) => (
            <fieldset className={styles.within}>
              <legend className="visually-hidden">{t('specificServices')}</legend>
              {services.map(({ id, name }, index) => (
                <Checkbox
                  key={id}
                  label={name}
                  checked={field.value.includes(id)}
                  error={index === 0 ? fieldState.error?.message : undefined}
                  {...(index === 0 && { ref: field.ref })}
                  onBlur={field.onBlur}
                  onChange={(event) => field.onChange(event.target.checked ? [...field.value, id] : field.value.filter((one) => one !== id))}
                />
              ))}
            </fieldset>
          )}
        />
      )}
    </>
  );
}

type RoleList = { title: string; hint: string; roles: readonly { id: string; name: string; hint?: string }[] };

/** Roles that neither Select has a place for: custom ones, and what the key has besides. */
function MoreRoles({ form: { control }, lists }: { form: UseFormReturn<KeyValues>; lists: readonly RoleList[] }) {
  const shown = lists.filter(({ roles }) => roles.length > 0);
  const first = shown[0]?.roles[0]?.id;
  return (
    <Controller
      control={control}
      name="otherRoles"
      render={({ field, fieldState }) => (
        <>
          {shown.map(({ title, hint, roles }) => (
            <fieldset key={title} className={styles.choices}>
              <legend className={styles.label}>{title}</legend>
              {roles.map((role) => (
                <Checkbox
                  key={role.id}
                  label={role.name}
                  hint={role.hint}
                  checked={field.value.includes(role.id)}
                  error={role.id === first ? fieldState.error?.message : undefined}
                  {...(role.id === first && { ref: field.ref })}
                  onBlur={field.onBlur}
                  onChange={(event) => field.onChange(event.target.checked ? [...field.value, role.id] : field.value.filter((id) => id !== role.id))}
                />
              ))}
              <p className={styles.hint}>{hint}</p>
            </fieldset>
          ))}
        </>
      )}
    />
  );
}
