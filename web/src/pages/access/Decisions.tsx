import { useTranslation } from 'react-i18next';

import { Badge } from '@/ui';

import styles from './access.module.css';
import type { Decision } from './rows';
import type { DecisionWords } from './useDecisionWords';

/** Whether something may be done, on which resource, and why. */
export function Decisions({ decisions, words }: { decisions: readonly Decision[]; words: DecisionWords }) {
  const { t } = useTranslation('access');
  const plain = decisions.length === 1 && decisions[0]?.resource.startsWith('organization/');
  return (
    <ul className={styles.decisions}>
      {decisions.map((one) => (
        <li key={one.resource}>
          <Badge state={one.decision === 'ALLOW' ? 'success' : 'neutral'}>{t(one.decision === 'ALLOW' ? 'allowed' : 'refused')}</Badge>
          <span>
            {!plain && `${words.resource(one.resource)} `}
            <span className={styles.reason}>{words.reason(one)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
