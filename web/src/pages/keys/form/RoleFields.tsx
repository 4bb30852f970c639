import { Controller, useWatch, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import { Checkbox, Icon, RadioGroup, Select } from '@/ui';

import styles from './form.module.css';
import { forQueryEndpoints, isOrganizationRole, isServiceRole, noRole, organizationRoles, serviceRoles, sortRoles } from './roles';
import type { KeyValues } from './values';

type Props = { form: UseFormReturn<KeyValues>; edited?: Schema<'ApiKey'> };

/** What the key may do. */
export function RoleFields({ form, edited }: Props) {
  const { t } = useTranslation('keyForm');
  const { control } = form;
  const serviceRole = useWatch({ control, name: 'serviceRole' });
  const others = edited ? sortRoles(edited.assignedRoles).others : [];
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
      {serviceRole !== noRole && (
        <RadioGroup
          label={t('services')}
          value="all"
          onChange={() => undefined}
          options={[
            { value: 'all', label: t('allServices'), hint: t('allServicesHint') },
            { value: 'specific', label: t('specificServices'), hint: t('specificServicesHint'), disabled: true },
          ]}
        />
      )}
      {others.length > 0 && <OtherRoles form={form} roles={others} />}
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

/** Roles that neither Select has a place for: they can be taken away. */
function OtherRoles({ form: { control }, roles }: { form: UseFormReturn<KeyValues>; roles: readonly Schema<'AssignedRole'>[] }) {
  const { t } = useTranslation('keyForm');
  return (
    <Controller
      control={control}
      name="otherRoles"
      render={({ field, fieldState }) => (
        <fieldset className={styles.choices}>
          <legend className={styles.label}>{t('otherRoles')}</legend>
          {roles.map(({ roleId, roleName }, index) => (
            <Checkbox
              key={roleId}
              label={roleName}
              checked={field.value.includes(roleId)}
              error={index === 0 ? fieldState.error?.message : undefined}
              {...(index === 0 && { ref: field.ref })}
              onBlur={field.onBlur}
              onChange={(event) => field.onChange(event.target.checked ? [...field.value, roleId] : field.value.filter((id) => id !== roleId))}
            />
          ))}
          <p className={styles.hint}>{t('otherRolesHint')}</p>
        </fieldset>
      )}
    />
  );
}
