import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { answerOf, api, showFormError } from '@/api';
import { PermittedButton, sessionQuery, usePermissions } from '@/session';
import { Banner, TextField, toast } from '@/ui';
import { z } from '@/zod';

import styles from './Settings.module.css';

const manage = 'control-plane:organization:manage';

export function NameForm({ organizationId, name }: { organizationId: string; name: string }) {
  const { t } = useTranslation(['settings', 'common']);
  const allowed = usePermissions(organizationId).can(manage);
  const queryClient = useQueryClient();
  const form = useForm({
    resolver: zodResolver(z.object({ name: z.string().trim().min(1, t('nameWanted')).max(255, t('nameTooLong')) })),
    values: { name },
    resetOptions: { keepDirtyValues: true }, // what somebody types is not undone by what arrives
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      const { result } = await answerOf(api.PATCH('/v1/organizations/{organizationId}', { params: { path: { organizationId } }, body: values }));
      queryClient.setQueryData(['organization', organizationId], result);
      form.reset({ name: result.name });
      toast('success', t('saved'));
      await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }); // the switcher shows the name
    } catch (error) {
      showFormError(form.setError, error, ['name']);
    }
  });
  return (
    <form noValidate className={styles.form} onSubmit={(event) => void submit(event)}>
      {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
      <TextField
        {...form.register('name')}
        label={t('name')}
        hint={allowed ? t('nameHint') : t('nameNotAllowed')}
        autoComplete="off"
        readOnly={!allowed}
        error={errors.name?.message}
      />
      <PermittedButton organizationId={organizationId} permission={manage} type="submit" busy={isSubmitting}>
        {t('common:save')}
      </PermittedButton>
    </form>
  );
}
