import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { auth, showFormError } from '@/api';
import { useSession, useTakeSession } from '@/session';
import { Banner, Button, Section, TextField, toast } from '@/ui';
import { z } from '@/zod';

import styles from './Profile.module.css';

export function Details() {
  const { t } = useTranslation(['profile', 'account']);
  const { person } = useSession();
  const takeSession = useTakeSession();
  const name = person?.name ?? '';
  const form = useForm({
    resolver: zodResolver(z.object({ name: z.string().trim().min(1, t('account:nameWanted')).max(255, t('account:tooLong', { count: 255 })) })),
    values: { name },
    resetOptions: { keepDirtyValues: true }, // what somebody types is not undone when the session is asked for again
  });
  const { errors, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      takeSession(await auth.updateProfile(values));
      form.reset(values);
      toast('success', t('nameSaved'));
    } catch (error) {
      showFormError(form.setError, error, ['name']);
    }
  });
  return (
    <Section title={t('details')}>
      <form noValidate className={styles.form} onSubmit={(event) => void submit(event)}>
        {errors.root?.message && <Banner kind="danger">{errors.root.message}</Banner>}
        <TextField {...form.register('name')} label={t('account:name')} autoComplete="name" error={errors.name?.message} />
        <TextField label={t('account:email')} hint={t('emailFixed')} type="email" autoComplete="username" value={person?.email ?? ''} readOnly />
        <Button type="submit" busy={isSubmitting}>
          {t('saveName')}
        </Button>
      </form>
    </Section>
  );
}
