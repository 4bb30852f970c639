import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, errorText } from '@/api';
import { useFormat } from '@/format';
import { Banner, Button, Dialog, useAttempt } from '@/ui';

import { newResetLink } from './links';
import { nameOf, type Member } from './people';
import { ShownLink } from './ShownLink';
import styles from './users.module.css';

type Props = { organizationId: string; member: Member; onClose: () => void };

/** Makes the link by which somebody chooses a new password, and shows it: this once. */
export function ResetLinkDialog({ organizationId, member, onClose }: Props) {
  const { t } = useTranslation(['users', 'common']);
  const { zonedTime } = useFormat();
  // Here and nowhere else: whoever has it can become the member.
  const [link, setLink] = useState<{ url: string; expireAt: string }>();
  const { busy, error, attempt } = useAttempt();
  const name = nameOf(member);
  const make = async () => setLink(await newResetLink(organizationId, member.userId));
  const tooMuch = error instanceof ApiError && error.status === 403;
  return (
    <Dialog
      open
      keepOpen
      onClose={onClose}
      title={t('resetTitle', { name })}
      description={link ? t('resetMade', { name }) : t('resetText', { name })}
      {...(!link && {
        onSubmit: (event) => {
          event.preventDefault();
          void attempt(make);
        },
      })}
      footer={
        link ? (
          <Button key="done" kind="primary" onClick={onClose}>
            {t('done')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('common:cancel')}</Button>
            <Button key="make" kind="primary" type="submit" busy={busy}>
              {t('makeLink')}
            </Button>
          </>
        )
      }
    >
      {link ? (
        <ShownLink label={t('resetLinkOf', { name })} url={link.url} hint={t('resetUntil', { time: zonedTime(link.expireAt) })} />
      ) : (
        <ul className={styles.consequences}>
          <li>{t('resetFactor')}</li>
          <li>{t('resetSessions')}</li>
          <li>{t('resetOnce')}</li>
        </ul>
      )}
      {error !== undefined && <Banner kind="danger">{tooMuch ? t('resetTooMuch', { name }) : errorText(error)}</Banner>}
    </Dialog>
  );
}
