import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { errorText } from '@/api';
import { RadioGroup, Section, Switch, toast } from '@/ui';

import { useThisService } from '../page/context';
import type { Service } from '../service';
import { useServiceChanges } from '../useServices';

const channels = ['fast', 'default', 'slow'] as const;

/** How early new versions come, and what is kept of a crash. Each is saved at once. */
export function Versions() {
  const { t } = useTranslation(['services', 'common']);
  const { organizationId, service, can } = useThisService();
  const { update } = useServiceChanges(organizationId);
  // What was chosen, until the answer is there.
  const [pending, setPending] = useState<Partial<Pick<Service, 'releaseChannel' | 'enableCoreDumps'>>>();
  const save = async (change: NonNullable<typeof pending>, done: string) => {
    setPending(change);
    try {
      await update(service.id, change);
      toast('success', done);
    } catch (error) {
      toast('danger', t('settings.saveFailed'), errorText(error));
    }
    setPending(undefined);
  };
  const shown = { ...service, ...pending };
  const allowed = can('control-plane:service:manage');
  return (
    <Section title={t('settings.release')} description={!allowed && t('common:notAllowed')}>
      <RadioGroup
        label={t('settings.channel')}
        hint={t('settings.channelHint')}
        value={shown.releaseChannel}
        options={channels.map((channel) => ({ value: channel, label: t(`settings.channels.${channel}`), hint: t(`settings.channelHints.${channel}`), disabled: !allowed }))}
        onChange={(event) => {
          const channel = channels.find((known) => known === event.target.value);
          if (channel) void save({ releaseChannel: channel }, t('settings.channelSaved'));
        }}
      />
      <Switch
        label={t('settings.coreDumps')}
        hint={t('settings.coreDumpsHint')}
        checked={shown.enableCoreDumps}
        disabled={!allowed}
        onChange={(event) => void save({ enableCoreDumps: event.target.checked }, t('settings.coreDumpsSaved'))}
      />
    </Section>
  );
}
