import { useTranslation } from 'react-i18next';

import { setLanguage, type Language } from '@/i18n';
import { Button, Menu, MenuChoice, useTheme, type ThemeChoice } from '@/ui';

import styles from './Preferences.module.css';

/** Language and theme, for pages without a profile menu. */
export function Preferences() {
  const { t, i18n } = useTranslation('shell');
  const [theme, setTheme] = useTheme();
  const language: Language = i18n.language === 'zh-CN' ? 'zh-CN' : 'en';
  const themes: { value: ThemeChoice; label: string }[] = [
    { value: 'light', label: t('light') },
    { value: 'dark', label: t('dark') },
    { value: 'system', label: t('system') },
  ];
  return (
    <div className={styles.preferences}>
      <Menu
        align="start"
        trigger={
          <Button kind="empty" iconRight="chevron-down" aria-label={`${t('language')}: ${names[language]}`}>
            {names[language]}
          </Button>
        }
      >
        <MenuChoice<Language>
          label={t('language')}
          value={language}
          onChange={(next) => void setLanguage(next)}
          options={[
            { value: 'en', label: names.en },
            { value: 'zh-CN', label: names['zh-CN'] },
          ]}
        />
      </Menu>
      <Menu
        trigger={
          <Button kind="empty" iconRight="chevron-down" aria-label={`${t('theme')}: ${t(theme)}`}>
            {t(theme)}
          </Button>
        }
      >
        <MenuChoice label={t('theme')} value={theme} onChange={setTheme} options={themes} />
      </Menu>
    </div>
  );
}

/** Each language by its own name: whoever looks for theirs may not read the other. */
const names: Record<Language, string> = { en: 'English', 'zh-CN': '简体中文' };
