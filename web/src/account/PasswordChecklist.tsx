import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Icon } from '@/ui';

import styles from './PasswordChecklist.module.css';
import { characterClasses, checkPassword, minLength } from './passwordRule';
import { usePasswordWords } from './usePasswordWords';

/** What a new password needs, and what of it it has. */
export function PasswordChecklist({ password }: { password: string }) {
  const { t } = useTranslation('account');
  const check = checkPassword(password);
  return (
    <>
      <ul className={styles.list}>
        <Item met={password !== '' && check.short === 0} text={t('ruleLength', { count: minLength })} />
        <Item met={check.plain === 0} text={t('ruleKinds')}>
          <ul className={styles.kinds}>
            {characterClasses.map((name) => (
              <Item key={name} met={check.has[name]} text={t(name)} />
            ))}
          </ul>
        </Item>
      </ul>
      <Announcement password={password} />
    </>
  );
}

function Item({ met, text, children }: { met: boolean; text: string; children?: React.ReactNode }) {
  const { t } = useTranslation('account');
  return (
    <li className={met ? styles.met : undefined}>
      <span className={styles.item}>
        {met ? <Icon name="check" size={14} label={t('met')} /> : <span role="img" aria-label={t('unmet')} className={styles.dot} />}
        {text}
      </span>
      {children}
    </li>
  );
}

/** Tells a screen reader once somebody pauses: with every letter it would drown what they type. */
function Announcement({ password }: { password: string }) {
  const tell = usePasswordWords();
  const [told, setTold] = useState('');
  const words = password && tell(checkPassword(password));
  useEffect(() => {
    const timer = setTimeout(() => setTold(words), 900);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <span role="status" className="visually-hidden">
      {told}
    </span>
  );
}
