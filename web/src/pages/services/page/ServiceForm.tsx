import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { PermittedButton } from '@/session';
import { Banner, Button } from '@/ui';

import { isGoing } from '../service';
import { useThisService } from './context';
import styles from './ServiceForm.module.css';

type Props = {
  /** What it takes to save it. */
  permission: string;
  /** What went wrong when it was saved. */
  error: string | undefined;
  busy: boolean;
  /** Something else stands in it than what is saved: it can be saved, or discarded. */
  changed: boolean;
  /** The button that saves it is there before anything was changed, too. */
  ready?: boolean;
  onSave: () => void;
  onDiscard: () => void;
  /** In pixels: how far its parts are apart, and how wide it gets. */
  gap?: number;
  maxWidth?: number;
  children: ReactNode;
};

/** A part of what the service is set to, changed on its page. */
export function ServiceForm({ permission, error, busy, changed, ready = false, onSave, onDiscard, gap = 20, maxWidth = 640, children }: Props) {
  const { t } = useTranslation('services');
  const { organizationId, service } = useThisService();
  const savable = changed || ready;
  return (
    <form
      noValidate
      className={styles.form}
      style={{ gap, maxWidth }}
      onSubmit={(event) => {
        event.preventDefault();
        if (savable && !busy) onSave();
      }}
    >
      {error !== undefined && <Banner kind="danger">{error}</Banner>}
      {children}
      {savable && (
        <div className={styles.buttons}>
          <PermittedButton
            organizationId={organizationId}
            serviceId={service.id}
            permission={permission}
            kind="primary"
            type="submit"
            busy={busy}
            disabledReason={isGoing(service) ? t('notNow', { state: t(`states.${service.state}`) }) : undefined}
          >
            {t('saveChanges')}
          </PermittedButton>
          {changed && <Button onClick={onDiscard}>{t('discard')}</Button>}
        </div>
      )}
    </form>
  );
}
