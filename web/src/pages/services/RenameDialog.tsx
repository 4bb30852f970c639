import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { showFormError } from '@/api';
import { Banner, FormDialog, TextField, toast } from '@/ui';
import { z } from '@/zod';

import { serviceName } from './name';
import type { Service } from './service';
import { useServiceChanges } from './useServices';

type Props = { organizationId: string; service: Service; onClose: () => void };

export function RenameDialog({ organizationId, service, onClose }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const { t: words } = useTranslation('services');
  const { update } = useServiceChanges(organizationId);
  const form = useForm({ resolver: zodResolver(z.object({ name: serviceName(words) })), defaultValues: { name: service.name } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ name }) => {
    try {
      if (name !== service.name) {
        await update(service.id, { name });
        toast('success', t('renamed', { name }));
      }
      onClose();
    } catch (error) {
      showFormError(form.setError, error, ['name']);
    }
  });
  return (
    <FormDialog
      onClose={onClose}
      title={t('renameTitle', { name: service.name })}
      description={t('renameText')}
      confirm={t('common:save')}
      busy={isSubmitting}
      onSubmit={() => void submit()}
    >
      {errors.root && <Banner kind="danger">{errors.root.message}</Banner>}
      <TextField label={t('name')} autoComplete="off" spellCheck={false} error={errors.name?.message} {...form.register('name')} />
    </FormDialog>
  );
}
