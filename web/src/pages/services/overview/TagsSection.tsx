import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { showFormError } from '@/api';
import { PermittedButton } from '@/session';
import { Banner, FormDialog, Muted, Section, toast } from '@/ui';
import { z } from '@/zod';

import { checkTags, TagRows, tagsIn, tagsOf } from '../fields';
import { useThisService } from '../page/context';
import { Tags } from '../Tags';
import { useServiceChanges } from '../useServices';

export function TagsSection() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const [editing, setEditing] = useState(false);
  return (
    <Section
      title={t('tags')}
      actions={
        <PermittedButton organizationId={organizationId} serviceId={service.id} permission="control-plane:service:manage" icon="pencil" onClick={() => setEditing(true)}>
          {t('overview.editTags')}
        </PermittedButton>
      }
    >
      {service.tags.length > 0 ? <Tags tags={service.tags} /> : <Muted>{t('overview.noTags')}</Muted>}
      {editing && <TagsDialog onClose={() => setEditing(false)} />}
    </Section>
  );
}

function TagsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['services', 'common']);
  const { t: words } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { update } = useServiceChanges(organizationId);
  const [before] = useState(service.tags); // as they were when the form opened
  const schema = z.object({ tags: z.array(z.object({ key: z.string(), value: z.string() })) }).check(({ value, issues }) => {
    checkTags(value.tags, words, (path, message) => issues.push({ code: 'custom', input: value, path, message }));
  });
  const empty = { key: '', value: '' };
  const form = useForm({ resolver: zodResolver(schema), defaultValues: { tags: before.length > 0 ? tagsIn(before) : [empty] } });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async ({ tags }) => {
    try {
      await update(service.id, { tags: { remove: before, add: tagsOf(tags) } });
      toast('success', t('overview.tagsSaved'));
      onClose();
    } catch (error) {
      showFormError(form.setError, error, []);
    }
  });
  return (
    <FormProvider {...form}>
      <FormDialog
        wide
        keepOpen
        onClose={onClose}
        title={t('tags')}
        description={t('overview.tagsText')}
        confirm={t('common:save')}
        busy={isSubmitting}
        onSubmit={() => void submit()}
      >
        {errors.root && <Banner kind="danger">{errors.root.message}</Banner>}
        <TagRows />
      </FormDialog>
    </FormProvider>
  );
}
