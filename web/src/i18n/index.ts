import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

import { en } from './en';

export const languages = ['en', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

/** public/theme.js reads it too. */
const storageKey = 'gatehouse-language';

/** Starts in the language that theme.js has found for the page. English is always here, Chinese is fetched. */
export async function startI18n() {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en },
    defaultNS: 'common',
    interpolation: { escapeValue: false }, // React does
  });
  const wanted = document.documentElement.lang;
  if (wanted === 'zh-CN') await change(wanted);
}

/** Changes the language and remembers the choice. */
export async function setLanguage(language: Language) {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // Storage is switched off: it lasts until the page is left.
  }
  await change(language);
}

async function change(language: Language) {
  if (language === 'zh-CN' && !i18next.hasResourceBundle(language, 'common')) {
    try {
      const { zhCN } = await import('./zh-CN');
      for (const [namespace, texts] of Object.entries(zhCN)) i18next.addResourceBundle(language, namespace, texts);
    } catch {
      return; // English reads better than nothing
    }
  }
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}
