import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, type RefObject, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';

import type { Policy, Role } from '@/permissions';
import { Banner, Button, LinkButton, Page, PageHeader, Section, Stack, TextField, toast } from '@/ui';

import { BackToRoles } from './BackToRoles';
import { complete } from './drafts';
import styles from './editor.module.css';
import { Effect } from './Effect';
import { Holders } from './Holders';
import { PolicySections } from './PolicySections';
import { place } from './problems';
import { Summary } from './Summary';
import { UnsavedQuestion } from './UnsavedQuestion';
import { useRoleForm } from './useRoleForm';
import { useUnsaved } from './useUnsaved';

type Props = { organizationId: string; role?: Role; start?: { name: string; policies: readonly Policy[] } | undefined };

/** A custom role: what it is called, what it allows and denies, and who has it. */
export function RoleEditor({ organizationId, role, start }: Props) {
  const { t } = useTranslation(['roles', 'common']);
  const navigate = useNavigate();
  const form = useRoleForm({ organizationId, role, start });
  const { release, asking, question } = useUnsaved(form.changed);
  const root = useRef<HTMLFormElement>(null);
  useShowProblems(root, form.problems, form.failure);
  const policies = complete(form.policies); // a row that was just added says nothing yet

  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (form.busy) return;
    const saved = role && !form.changed ? role : await form.save();
    if (!saved) return;
    release();
    toast('success', t(role ? 'savedToast' : 'createdToast', { name: saved.name }));
    await navigate({ to: '/organizations/$orgId/users/roles', params: { orgId: organizationId } });
  };

  return (
    <Page>
      <Stack gap={8}>
        <BackToRoles organizationId={organizationId} />
        <PageHeader title={role ? t('editTitle', { name: role.name }) : t('newTitle')} />
      </Stack>
      <form ref={root} noValidate className={styles.editor} onSubmit={(event) => void submit(event)}>
        <div className={styles.main}>
          {form.failure && (
            <Banner kind="danger" title={form.failure.title}>
              {form.failure.text}
            </Banner>
          )}
          <Section title={t('name')}>
            <TextField
              label={t('name')}
              labelHidden
              placeholder={t('namePlaceholder')}
              autoComplete="off"
              spellCheck={false}
              value={form.name}
              error={form.problems[place.name]}
              onChange={(event) => form.setName(event.target.value)}
            />
          </Section>
          <PolicySections organizationId={organizationId} form={form} />
          <Holders organizationId={organizationId} form={form} />
        </div>
        <div className={styles.side}>
          <Summary organizationId={organizationId} policies={policies} />
          <Effect organizationId={organizationId} roleId={role?.id} policies={policies} />
        </div>
        <div className={styles.bar}>
          <span className={styles.muted}>{form.changed && t('unsaved')}</span>
          <LinkButton to="/organizations/$orgId/users/roles" params={{ orgId: organizationId }}>
            {t('common:cancel')}
          </LinkButton>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t(role ? 'common:save' : 'create')}
          </Button>
        </div>
      </form>
      {asking && <UnsavedQuestion {...question} />}
    </Page>
  );
}

/** Leads to the first thing that is wrong. */
function useShowProblems(root: RefObject<HTMLElement | null>, problems: object, failure: object | undefined) {
  useEffect(() => {
    if (Object.keys(problems).length === 0 && !failure) return;
    // The first field, or the text of something that is no field.
    const first = root.current?.querySelector<HTMLElement>('[aria-invalid], [role="alert"]');
    first?.scrollIntoView({ block: 'center' });
    if (first?.matches('input, button, textarea')) first.focus({ preventScroll: true });
  }, [root, problems, failure]);
}
