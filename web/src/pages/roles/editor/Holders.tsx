import { useTranslation } from 'react-i18next';

import { Section } from '@/ui';

import { ActorPicker, Chips } from '../actors';
import { place } from './problems';
import type { RoleForm } from './useRoleForm';

/** Who gets the role. */
export function Holders({ organizationId, form }: { organizationId: string; form: RoleForm }) {
  const { t } = useTranslation('roles');
  const { actors, setActors, problems, wrongActor } = form;
  return (
    <Section title={t('holders')} description={t('holdersHint')}>
      <ActorPicker
        organizationId={organizationId}
        label={t('addHolder')}
        error={problems[place.actors]}
        without={actors}
        onPick={({ ref }) => setActors([...actors, ref])}
      />
      <Chips organizationId={organizationId} label={t('holders')} refs={actors} wrong={wrongActor} onRemove={(gone) => setActors(actors.filter((ref) => ref !== gone))} />
    </Section>
  );
}
