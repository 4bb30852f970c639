import { useTranslation } from 'react-i18next';

import { characterClasses, type PasswordCheck } from './passwordRule';

/** Says what a password lacks, in one sentence. */
export function usePasswordWords(): (check: PasswordCheck) => string {
  const { t, i18n } = useTranslation('account');
  const or = new Intl.ListFormat(i18n.language, { type: 'disjunction' });
  return ({ has, short, plain, tooLong, fits }) => {
    if (fits) return t('passwordFits');
    if (tooLong) return t('passwordTooLong');
    const lacking = or.format(characterClasses.filter((name) => !has[name]).map((name) => t(name)));
    return [short > 0 && t('charactersMissing', { count: short }), plain > 0 && t('kindsMissing', { count: plain, kinds: lacking })].filter(Boolean).join(t('betweenSentences'));
  };
}
