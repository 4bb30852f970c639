import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { Banner, CopyButton, CopyField, Icon, Spinner, TextField } from '@/ui';

import styles from './invite.module.css';
import type { useCorrections } from './useCorrections';
import type { Invite } from './useInvites';

type Props = { invites: readonly Invite[]; busy: boolean; corrections: ReturnType<typeof useCorrections> };

/** What became of each address. Those that failed can be corrected. */
export function Results({ invites, busy, corrections }: Props) {
  const { t } = useTranslation('users');
  const intro = useRef<HTMLParagraphElement>(null);
  useEffect(() => intro.current?.focus(), []); // the form, which had the focus, is gone
  const count = (...kinds: Invite['outcome']['kind'][]) => invites.filter(({ outcome }) => kinds.includes(outcome.kind)).length;
  const made = count('sent', 'link', 'noLink');
  const links = invites.flatMap(({ email, outcome }) => (outcome.kind === 'link' ? [`${email} ${outcome.url}`] : []));
  return (
    <>
      <p ref={intro} tabIndex={-1} role="status" className={styles.intro}>
        {busy ? t('invitedSoFar', { made, count: invites.length }) : t('invitedInAll', { made, count: invites.length })}
        {!busy && links.length > 0 && ` ${t('handOver', { count: links.length })}`}
      </p>
      {!busy && links.length > 1 && (
        <p className={styles.all}>
          {t('copyAll', { count: links.length })}
          <CopyButton wordy text={links.join('\n')} name={t('allLinks')} />
        </p>
      )}
      <ul className={styles.results}>
        {invites.map((invite) => (
          <li key={invite.id} className={styles.result}>
            <Result invite={invite} corrections={corrections} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Result({ invite, corrections }: { invite: Invite; corrections: Props['corrections'] }) {
  const { t } = useTranslation('users');
  const { id, email, outcome } = invite;
  if (outcome.kind === 'failed') {
    return (
      <TextField
        label={t('addressNotInvited', { email })}
        type="email"
        autoComplete="off"
        spellCheck={false}
        error={corrections.errorOf(invite)}
        value={corrections.textOf(invite)}
        onChange={(event) => corrections.type(id, event.target.value)}
      />
    );
  }
  return (
    <>
      <p className={styles.head}>
        <span className={styles.email}>{email}</span>
        <State outcome={outcome} />
      </p>
      {outcome.kind === 'link' && <CopyField labelHidden label={t('linkFor', { email })} value={outcome.url} />}
      {outcome.kind === 'noLink' && <Banner kind="warning">{outcome.text}</Banner>}
    </>
  );
}

function State({ outcome }: Pick<Invite, 'outcome'>) {
  const { t } = useTranslation('users');
  switch (outcome.kind) {
    case 'waiting':
      return <span className={styles.state}><Spinner size={14} label={t('underWay')} /></span>;
    case 'sent':
      return <span className={styles.good}><Icon name="check" />{t('mailSent')}</span>;
    case 'link':
      return outcome.mailFailed ? <span className={styles.bad}><Icon name="warning" />{t('mailFailed')}</span> : <span className={styles.state}>{t('linkToHandOver')}</span>;
    default:
      return <span className={styles.state}>{t('invitedOnly')}</span>;
  }
}
