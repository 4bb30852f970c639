import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useServices } from '@/pages/services/useServices';
import { allServices, resourceOf, serviceOf } from '@/permissions';
import { Checkbox, RadioGroup } from '@/ui';

import type { Draft } from './drafts';
import styles from './editor.module.css';
import { place, type Problems } from './problems';
import { Rows } from './Rows';

type Props = { organizationId: string; draft: Draft; problems: Problems; onChange: (policy: Draft['policy']) => void };

/** The services that a policy is about: all, or those that are chosen. */
export function Scope({ organizationId, draft, problems, onChange }: Props) {
  const { t } = useTranslation('roles');
  const { id, policy } = draft;
  const every = policy.resources.includes(allServices);
  const { data: services = [] } = useServices(organizationId);
  // What was chosen is there again when somebody comes back from "all services".
  const [chosen, setChosen] = useState<readonly string[]>();
  const choose = (all: boolean) => {
    const some = policy.resources.filter((resource) => resource !== allServices);
    if (all) setChosen(some);
    // Where there is nothing to tick, a row waits for an id.
    onChange({ ...policy, resources: all ? [allServices] : some.length > 0 ? some : [...(chosen ?? (services.length > 0 ? [] : ['instance/']))] });
  };
  const isListed = (resource: string) => services.some((service) => resourceOf(service.id) === resource);
  const listed = policy.resources.filter(isListed);
  // With their places in the policy, which the problems name.
  const others = policy.resources.flatMap((resource, index) => (isListed(resource) ? [] : [{ resource, index }]));
  const tick = (resource: string, ticked: boolean) =>
    onChange({ ...policy, resources: ticked ? [...policy.resources, resource] : policy.resources.filter((one) => one !== resource) });
  return (
    <div className={styles.list}>
      <RadioGroup
        label={t('where')}
        row
        value={every ? 'all' : 'some'}
        onChange={(event) => choose(event.target.value === 'all')}
        options={[
          { value: 'all', label: t('allServices') },
          { value: 'some', label: t('theseServices') },
        ]}
      />
      {!every && (
        <>
          {services.length > 0 ? (
            <div role="group" aria-label={t('theseServices')} className={styles.services}>
              {services.map((service) => {
                const resource = resourceOf(service.id);
                return <Checkbox key={service.id} label={service.name} checked={listed.includes(resource)} onChange={(event) => tick(resource, event.target.checked)} />;
              })}
            </div>
          ) : (
            <p className={styles.muted}>{t('servicesLater')}</p>
          )}
          <Rows
            values={others.map(({ resource }) => serviceOf(resource))}
            onChange={(values) => onChange({ ...policy, resources: [...listed, ...values.map(resourceOf)] })}
            error={(index) => problems[place.resource(id, others[index]?.index ?? -1)]}
            words={{
              list: t('otherServices'),
              row: (number) => t('serviceNumber', { number }),
              add: t(services.length > 0 ? 'addById' : 'addService'),
              remove: (number) => t('removeService', { number }),
              placeholder: t('servicePlaceholder'),
            }}
          />
        </>
      )}
    </div>
  );
}
