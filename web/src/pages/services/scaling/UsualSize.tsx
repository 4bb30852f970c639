import { zodResolver } from '@hookform/resolvers/zod';
import { FormProvider, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';

import { answerOf, api, showFormError } from '@/api';
import { Section, toast } from '@/ui';
import { z } from '@/zod';

import { checkSize, IdleFields, scalingOf, SizeFields, sizeShape, type Size } from '../fields';
import { useThisService } from '../page/context';
import { ServiceForm } from '../page/ServiceForm';
import { replicasOf, type Service } from '../service';
import { useServiceChanges } from '../useServices';

/** The size that counts when no entry of the schedule does. */
export function UsualSize() {
  const { t } = useTranslation('services');
  const { service } = useThisService();
  return (
    <Section title={t('scaling.usual')} description={t('scaling.usualText')}>
      {/* What others save is shown at once; what is typed here is kept until it is saved or discarded. */}
      <SizeForm key={service.id} />
    </Section>
  );
}

function SizeForm() {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const { take } = useServiceChanges(organizationId);
  const mode = service.autoscalingMode;
  const schema = z.object(sizeShape).check(({ value, issues }) => {
    checkSize(value, mode, t, (path, message) => issues.push({ code: 'custom', input: value, path, message }));
  });
  const form = useForm({ resolver: zodResolver(schema), values: sizeOf(service), resetOptions: { keepDirtyValues: true }, mode: 'onTouched' });
  const { errors, isDirty, isSubmitting } = form.formState;
  const submit = form.handleSubmit(async (size) => {
    try {
      const params = { path: { organizationId, serviceId: service.id } };
      const { result } = await answerOf(api.PATCH('/v1/organizations/{organizationId}/services/{serviceId}/replicaScaling', { params, body: scalingOf(size, mode) }));
      const saved = take({ ...service, ...result });
      form.reset(sizeOf(saved));
      toast('success', t('scaling.saved'));
    } catch (error) {
      showFormError(form.setError, error, [], {
        minReplicaMemoryGb: 'minMemory',
        maxReplicaMemoryGb: 'maxMemory',
        numReplicas: 'minReplicas',
        minReplicas: 'minReplicas',
        maxReplicas: 'maxReplicas',
        idleTimeoutMinutes: 'idleMinutes',
      });
    }
  });
  return (
    <FormProvider {...form}>
      <ServiceForm
        permission="control-plane:service:manage-scaling-config"
        error={errors.root?.message}
        busy={isSubmitting}
        changed={isDirty}
        ready
        onSave={() => void submit()}
        onDiscard={() => form.reset(sizeOf(service))}
      >
        <SizeFields mode={mode} />
        <IdleFields />
      </ServiceForm>
    </FormProvider>
  );
}

function sizeOf(service: Service): Size {
  const { from, to } = replicasOf(service);
  return {
    minMemory: String(service.minReplicaMemoryGb),
    maxMemory: String(service.maxReplicaMemoryGb),
    minReplicas: String(from),
    maxReplicas: String(to),
    idle: service.idleScaling,
    idleMinutes: String(service.idleTimeoutMinutes),
  };
}
