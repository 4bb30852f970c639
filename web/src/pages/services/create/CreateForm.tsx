import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useRef, useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useBlocker } from '@tanstack/react-router';

import { answerOf, api, ApiError, ConnectionError, errorText, showFormError } from '@/api';
import { useMaybeSession } from '@/session';
import { Banner, Button, LinkButton, Section, TextField } from '@/ui';

import { AccessFields, IdleFields, PlaceFields, SizeFields, TagRows } from '../fields';
import { placesIn, rememberPlace } from '../regions';
import { useServiceChanges } from '../useServices';
import styles from './create.module.css';
import type { NewService } from './Made';
import { fieldNames, newServiceSchema, newServiceValues, requestOf } from './values';

type Props = { organizationId: string; onMade: (made: NewService) => void };

export function CreateForm({ organizationId, onMade }: Props) {
  const { t } = useTranslation(['services', 'common']);
  const { form, places, failure, submit } = useNewService(organizationId, onMade);
  const { errors, isSubmitting } = form.formState;
  const banner = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (failure) banner.current?.scrollIntoView({ block: 'nearest' });
  }, [failure]);
  return (
    <FormProvider {...form}>
      <form noValidate className={styles.form} onSubmit={(event) => (isSubmitting ? event.preventDefault() : void submit(event))}>
        <Section title={t('create.details')}>
          <TextField
            label={t('create.name')}
            placeholder={t('create.namePlaceholder')}
            autoComplete="off"
            spellCheck={false}
            error={errors.name?.message}
            {...form.register('name')}
          />
          <PlaceFields places={places} />
        </Section>
        <Section title={t('create.size')}>
          <SizeFields mode="vertical" />
          <IdleFields />
        </Section>
        <Section title={t('create.access')}>
          <AccessFields />
        </Section>
        <Section title={t('create.tags')} description={t('create.tagsHint')}>
          <TagRows />
        </Section>
        {failure && (
          <div ref={banner}>
            <Banner kind="danger" title={failure.title}>
              {failure.text}
            </Banner>
          </div>
        )}
        <div className={styles.buttons}>
          <Button kind="primary" type="submit" busy={isSubmitting}>
            {t('create.submit')}
          </Button>
          <LinkButton to="/organizations/$orgId/services" params={{ orgId: organizationId }}>
            {t('common:cancel')}
          </LinkButton>
        </div>
      </form>
    </FormProvider>
  );
}

function useNewService(organizationId: string, onMade: Props['onMade']) {
  const { t } = useTranslation('services');
  const { t: addressWords } = useTranslation('addresses');
  const { address: mine = '', regions } = useMaybeSession() ?? {};
  const places = placesIn(regions);
  const { refresh } = useServiceChanges(organizationId);
  const [failure, setFailure] = useState<{ title: string; text: string }>();
  const form = useForm({
    resolver: zodResolver(newServiceSchema(t, addressWords)),
    defaultValues: newServiceValues(places, mine, addressWords('mine')),
    mode: 'onTouched',
  });
  const submit = form.handleSubmit(async (values) => {
    setFailure(undefined);
    try {
      const made = await create(organizationId, requestOf(values));
      rememberPlace(values);
      onMade(made);
    } catch (error) {
      if (isUnknown(error)) setFailure({ title: t('create.unknownTitle'), text: t('create.unknownText') });
      else if (error instanceof ApiError && error.field) showFormError(form.setError, error, ['name', 'provider', 'region'], names(error.field));
      else setFailure({ title: t('create.failed'), text: errorText(error) });
    } finally {
      refresh();
    }
  });
  const { isSubmitting } = form.formState;
  // The answer would come to nobody, and the password with it.
  useBlocker({ shouldBlockFn: () => isSubmitting, enableBeforeUnload: () => isSubmitting, disabled: !isSubmitting });
  const root = form.formState.errors.root?.message;
  return { form, places, submit, failure: failure ?? (root ? { title: t('create.failed'), text: root } : undefined) };
}

async function create(organizationId: string, body: ReturnType<typeof requestOf>): Promise<NewService> {
  const begun = Date.now();
  const { result } = await answerOf(api.POST('/v1/organizations/{organizationId}/services', { params: { path: { organizationId } }, body }));
  return { ...result, begun };
}

/** Whether the request may have been carried out all the same. */
function isUnknown(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500 && error.status !== 501);
}

/** An error in the lists names its place in them. */
function names(field: string) {
  const [, index, part] = /^ipAccessList\[(\d+)\]\.(source|description)$/.exec(field) ?? [];
  const [, tag, half] = /^tags\[(\d+)\]\.(key|value)$/.exec(field) ?? [];
  return {
    ...fieldNames,
    ...(index !== undefined && { [field]: `addresses.${Number(index)}.${part === 'description' ? 'description' : 'source'}` as const }),
    ...(tag !== undefined && { [field]: `tags.${Number(tag)}.${half === 'value' ? 'value' : 'key'}` as const }),
  };
}
