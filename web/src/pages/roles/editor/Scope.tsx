import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { allServices, resourceOf, serviceOf } from '@/permissions';
import { RadioGroup } from '@/ui';

import type { Draft } from './drafts';
import styles from './editor.module.css';
import { place, type Problems } from './problems';
import { Rows } from './Rows';
import { useServices } from './useServices';

type Props = { organizationId: string; draft: Draft; problems: Problems; onChange: (policy: Draft['policy']) => void };

/** The services that a policy is about: all, or those that are listed. */
export function Scope({ organizationId, draft, problems, onChange }: Props) {
  const { t } = useTranslation('roles');
  const { id, policy } = draft;
  const every = policy.resources.includes(allServices);
  // What was typed is there again when somebody comes back from "all services".
  const [typed, setTyped] = useState<readonly string[]>(['instance/']);
  const services = useServices(organizationId, !every);
  const suggestions = useId();
  const choose = (all: boolean) => {
    const some = policy.resources.filter((resource) => resource !== allServices);
    if (all) setTyped(some);
    onChange({ ...policy, resources: all ? [allServices] : some.length > 0 ? some : [...typed] });
  };
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
          <p className={styles.muted}>{t(services ? 'servicesHint' : 'servicesLater')}</p>
          <datalist id={suggestions}>
            {services?.map((service) => (
              <option key={service.id} value={service.id}>
                {service.name}
              </option>
            ))}
          </datalist>
          <Rows
            values={policy.resources.map(serviceOf)}
            onChange={(values) => onChange({ ...policy, resources: values.map(resourceOf) })}
            suggestions={services && suggestions}
            error={(index) => problems[place.resource(id, index)]}
            words={{
              list: t('theseServices'),
              row: (number) => t('serviceNumber', { number }),
              add: t('addService'),
              remove: (number) => t('removeService', { number }),
              placeholder: t('servicePlaceholder'),
            }}
          />
        </>
      )}
    </div>
  );
}
