import { useTranslation } from 'react-i18next';

import { programOf } from './userAgent';

/** "Firefox on Linux", from a User-Agent. */
export function useProgramWords(): (userAgent: string) => string {
  const { t } = useTranslation('account');
  return (userAgent) => {
    const { browser, system } = programOf(userAgent);
    if (browser && system) return t('browserOn', { browser, system });
    return browser ?? system ?? t('unknownBrowser');
  };
}
