import { zodResolver } from '@hookform/resolvers/zod';
import { FormProvider, useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { checkAddresses } from '@/addresses';
import { showFormError } from '@/api';
import { useMaybeSession } from '@/session';
import { Banner, Section, toast } from '@/ui';
import { z } from '@/zod';

import { AccessFields, accessOf, entriesOf, type Access } from '../fields';
import { useThisService } from '../page/context';
import { ServiceForm } from '../page/ServiceForm';
import { useServiceChanges } from '../useServices';
import styles from './security.module.css';

/** Who may connect to the service. */
export function AddressList() {
  const { t } = useTranslation('services');
  return (
    <div id="addresses" className={styles.anchor}>
      <Section title={t('security.addresses')} description={t('security.addressesText')}>
        <AddressForm />
      </Section>
    </div>
  );
}

function AddressForm() {
  const { t } = useTranslation('services');
  const { t: addressWords } = useTranslation('addresses');
  const { organizationId, service } = useThisService();
  const { update } = useServiceChanges(organizationId);
  const schema = z.object({ access: z.enum(['specific', 'anywhere']), addresses: z.array(z.object({ source: z.string(), description: z.string() })) }).check(({ value, issues }) => {
    if (value.access === 'anywhere') return;
    checkAddresses(value.addresses, addressWords, (path, message) => issues.push({ code: 'custom', input: value, path, message }));
  });
  const form = useForm<Access>({ resolver: zodResolver(schema), values: accessOf(service.ipAccessList), resetOptions: { keepDirtyValues: true }, mode: 'onTouched' });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (values) => {
    try {
      // Taking all away and adding all keeps the order; the server does it in one step.
      const saved = await update(service.id, { ipAccessList: { remove: service.ipAccessList, add: entriesOf(values) } });
      form.reset(accessOf(saved.ipAccessList));
      toast('success', t('security.addressesSaved'));
    } catch (error) {
      showFormError(form.setError, error, [], { ipAccessList: 'access' });
    }
  });
  return (
    <FormProvider {...form}>
      <ServiceForm
        permission="control-plane:service:manage"
        error={errors.root?.message}
        busy={isSubmitting}
        changed={isDirty}
        onSave={() => void submit()}
        onDiscard={() => form.reset(accessOf(service.ipAccessList))}
        maxWidth={720}
      >
        <AccessFields />
        <Own />
      </ServiceForm>
    </FormProvider>
  );
}

/** Says when a list of single addresses leaves out the person who writes it. */
function Own() {
  const { t } = useTranslation('services');
  const mine = useMaybeSession()?.address ?? '';
  const [access, addresses] = useWatch<Access, ['access', 'addresses']>({ name: ['access', 'addresses'] });
  const sources = addresses.map(({ source }) => source.trim());
  // Whether it is in a range is the server's to judge.
  if (!mine || access === 'anywhere' || sources.length === 0 || sources.some((source) => source === mine || source.includes('/'))) return null;
  return <Banner kind="neutral">{t('security.lockedOut', { address: mine })}</Banner>;
}
