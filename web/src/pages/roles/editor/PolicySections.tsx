import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, Icon, Section } from '@/ui';

import { saved, sections, type Draft, type Section as Kind } from './drafts';
import styles from './editor.module.css';
import { PolicyCard } from './PolicyCard';
import type { Problems } from './problems';
import type { RoleForm } from './useRoleForm';

type Props = { organizationId: string; form: RoleForm };

/** What the role allows, by what it is about, and then what it denies. */
export function PolicySections({ organizationId, form }: Props) {
  const { t } = useTranslation('roles');
  const numbers = new Map(saved(form.drafts).map((draft, index) => [draft.id, index + 1]));
  const show = useShowAdded();
  const card = (draft: Draft, alone: boolean) => (
    <PolicyCard key={draft.id} organizationId={organizationId} draft={draft} number={numbers.get(draft.id)} alone={alone} form={form} problems={form.problems} />
  );
  const add = (section: Kind, effect: 'ALLOW' | 'DENY') => show(form.add(section, effect));
  return (
    <>
      {sections.map((section) => {
        const drafts = form.drafts.filter((draft) => draft.section === section && draft.policy.allowDeny === 'ALLOW');
        return (
          <Section key={section} title={t(`sections.${section}`)} description={t(`sectionHints.${section}`)}>
            {drafts.map((draft) => card(draft, drafts.length === 1))}
            {section !== 'organization' && drafts.every((draft) => numbers.has(draft.id)) && (
              <div>
                <Button icon="plus" onClick={() => add(section, 'ALLOW')}>
                  {t('addPolicy')}
                </Button>
              </div>
            )}
          </Section>
        );
      })}
      <Denied problems={form.problems} drafts={form.drafts.filter(({ policy }) => policy.allowDeny === 'DENY')} card={(draft) => card(draft, false)} onAdd={(section) => add(section, 'DENY')} />
    </>
  );
}

type DeniedProps = { problems: Problems; drafts: readonly Draft[]; card: (draft: Draft) => ReactNode; onAdd: (section: Kind) => void };

/** Folded away where there is nothing: few roles deny anything. */
function Denied({ problems, drafts, card, onAdd }: DeniedProps) {
  const { t } = useTranslation('roles');
  const [open, setOpen] = useState(drafts.length > 0);
  const wrong = drafts.some(({ id }) => Object.keys(problems).some((at) => at === id || at.startsWith(`${id} `)));
  if (wrong && !open) setOpen(true); // what is wrong has to be seen
  return (
    <section className={styles.denied}>
      <h2>
        <button type="button" aria-expanded={open} className={styles.fold} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          {t('denied')}
          {drafts.length > 0 && <span className={styles.muted}>{t('deniedCount', { count: drafts.length })}</span>}
        </button>
      </h2>
      {open && (
        <div className={styles['denied-body']}>
          <p className={styles.muted}>{t('deniedHint')}</p>
          {drafts.map(card)}
          <div className={styles.adders}>
            {sections.map((section) => (
              <Button key={section} icon="plus" onClick={() => onAdd(section)}>
                {t(`deny.${section}`)}
              </Button>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

/** Moves the focus to a policy that was just added, once it is there. */
function useShowAdded() {
  const [added, setAdded] = useState<string>();
  const shown = useRef<string>(undefined);
  useEffect(() => {
    if (added === undefined || added === shown.current) return;
    shown.current = added;
    document.getElementById(added)?.focus();
  });
  return setAdded;
}
