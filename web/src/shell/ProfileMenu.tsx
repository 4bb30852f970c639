import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { setLanguage, type Language } from '@/i18n';
import { useMaybeSession, useSignOut } from '@/session';
import { Avatar, Icon, Menu, MenuChoice, MenuItem, MenuSeparator, useTheme, VisuallyHidden } from '@/ui';

import { About } from './About';
import styles from './Sidebar.module.css';

export function ProfileMenu({ onNavigate }: { onNavigate?: (() => void) | undefined }) {
  const { t, i18n } = useTranslation('shell');
  const person = useMaybeSession()?.person;
  const [theme, setTheme] = useTheme();
  const [aboutOpen, setAboutOpen] = useState(false);
  const signOut = useSignOut();
  if (!person) return null;
  const name = person.name || person.email;
  return (
    <>
      <Menu
        align="start"
        side="top"
        matchWidth
        trigger={
          <button type="button" className={styles.person}>
            <Avatar name={name} />
            <VisuallyHidden>{t('profileMenu')}</VisuallyHidden>
            <span className={styles.texts}>
              <span className={styles.first}>{name}</span>
              <span className={styles.second}>{person.email}</span>
            </span>
            <Icon name="chevron-down" />
          </button>
        }
      >
        <MenuItem icon="user" link={<Link to="/profile" onClick={onNavigate} />}>
          {t('profile')}
        </MenuItem>
        <MenuSeparator />
        <MenuChoice
          label={t('theme')}
          value={theme}
          onChange={setTheme}
          options={[
            { value: 'light', label: t('light') },
            { value: 'dark', label: t('dark') },
            { value: 'system', label: t('system') },
          ]}
        />
        <MenuSeparator />
        <MenuChoice<Language> label={t('language')} value={i18n.language === 'zh-CN' ? 'zh-CN' : 'en'} onChange={(language) => void setLanguage(language)} options={languageNames} />
        <MenuSeparator />
        <MenuItem icon="info-in-circle" onSelect={() => setAboutOpen(true)}>
          {t('about')}
        </MenuItem>
        <MenuItem icon="slide-out" onSelect={() => signOut.mutate()}>
          {t('signOut')}
        </MenuItem>
      </Menu>
      <About open={aboutOpen} onClose={() => setAboutOpen(false)} />
    </>
  );
}

/** Each in its own language: whoever looks for theirs may not read the other. */
const languageNames = [
  { value: 'en', label: 'English' },
  { value: 'zh-CN', label: '简体中文' },
] as const;
