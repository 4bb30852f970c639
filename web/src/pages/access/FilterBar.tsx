import { useTranslation } from 'react-i18next';

import { ListTools, Select } from '@/ui';

import styles from './access.module.css';
import type { Filter } from './rows';

export function FilterBar({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTranslation('access');
  return (
    <ListTools label={t('search')} value={filter.text} onChange={(text) => onChange({ ...filter, text })}>
      <Select
        label={t('decision')}
        labelHidden
        value={filter.decision}
        onChange={(decision) => onChange({ ...filter, decision })}
        options={[
          { value: 'all', label: t('all') },
          { value: 'ALLOW', label: t('allowed') },
          { value: 'DENY', label: t('refused') },
        ]}
        className={styles.choice}
      />
    </ListTools>
  );
}
