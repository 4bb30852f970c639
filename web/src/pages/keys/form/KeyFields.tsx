import { useEffect, useRef } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import type { Schema } from '@/api';
import type { Role } from '@/permissions';
import { Banner, TextField } from '@/ui';

import { AccessFields } from './AccessFields';
import { ExpiryFields } from './ExpiryFields';
import { RoleFields } from './RoleFields';
import type { KeyValues } from './values';

type Props = {
  organizationId: string;
  form: UseFormReturn<KeyValues>;
  /** What the days of the expiry count from. */
  now: Date;
  /** The custom roles that there are to choose from. */
  custom: readonly Role[];
  /** The services that a service role may be for. */
  services: readonly { id: string; name: string }[];
  /** The key that is edited. */
  edited?: Schema<'ApiKey'>;
  failure?: Failure | undefined;
};

/** What went wrong and no field is to blame for. */
export type Failure = { title: string; text: string };

/** All that can be said of a key, new or not. */
export function KeyFields({ organizationId, form, now, custom, services, edited, failure }: Props) {
  const { t } = useTranslation('keyForm');
  const { errors } = form.formState;
  const banner = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (failure) banner.current?.scrollIntoView({ block: 'nearest' });
  }, [failure]);
  return (
    <>
      {failure && (
        <div ref={banner}>
          <Banner kind="danger" title={failure.title}>
            {failure.text}
          </Banner>
        </div>
      )}
      <TextField label={t('name')} placeholder={t('namePlaceholder')} autoComplete="off" spellCheck={false} error={errors.name?.message} {...form.register('name')} />
      <RoleFields organizationId={organizationId} form={form} custom={custom} services={services} {...(edited && { edited })} />
      <ExpiryFields form={form} now={now} {...(edited && { edited })} />
      <AccessFields form={form} />
    </>
  );
}
