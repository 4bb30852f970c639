import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useProgramWords } from '@/account';
import { auth, errorText, type SignedInBrowser } from '@/api';
import { useFormat } from '@/format';
import { Badge, Button, FailedBanner, Mono, Section, Table, toast, type Column } from '@/ui';

import styles from './Profile.module.css';
import { sessionsKey } from './sessionsKey';
import { SignOutEverywhere } from './SignOutEverywhere';

export function Sessions() {
  const { t } = useTranslation('profile');
  const [asking, setAsking] = useState(false);
  const sessions = useQuery({ queryKey: sessionsKey, queryFn: auth.sessions, refetchInterval: 30_000 });
  const columns = useColumns();
  return (
    <Section title={t('sessions')} description={t('sessionsText')} actions={<Button onClick={() => setAsking(true)}>{t('signOutEverywhere')}</Button>}>
      {sessions.isError ? (
        <FailedBanner title={t('sessionsFailed')} error={sessions.error} onRetry={sessions.refetch} />
      ) : (
        <div>
          <Table caption={t('sessions')} columns={columns} rows={inOrder(sessions.data)} rowKey={(session) => session.id} loading={sessions.isPending} loadingRows={1} />
        </div>
      )}
      {asking && <SignOutEverywhere onClose={() => setAsking(false)} />}
    </Section>
  );
}

/** This one first, then as they were used. */
function inOrder(sessions: SignedInBrowser[] = []): SignedInBrowser[] {
  return sessions.toSorted((a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt.localeCompare(a.lastUsedAt));
}

function useColumns(): Column<SignedInBrowser>[] {
  const { t } = useTranslation('profile');
  const { dateTime, exactTime, sinceMinute } = useFormat();
  const inWords = useProgramWords();
  const end = useEndSession();
  return [
    {
      id: 'browser', header: t('browser'), role: 'title', width: '30%',
      cell: (session) => (
        <span className={styles.browser}>
          <span title={session.userAgent}>{inWords(session.userAgent)}</span>
          {session.current && <Badge state="success">{t('thisOne')}</Badge>}
        </span>
      ),
    },
    { id: 'address', header: t('address'), width: '22%', cell: (session) => <Mono>{session.address || '–'}</Mono> },
    {
      id: 'signedIn', header: t('signedIn'), nowrap: true,
      cell: (session) => <time dateTime={session.createdAt} title={exactTime(session.createdAt)}>{dateTime(session.createdAt)}</time>,
    },
    {
      id: 'lastUsed', header: t('lastUsed'), nowrap: true,
      cell: (session) => <time dateTime={session.lastUsedAt} title={exactTime(session.lastUsedAt)}>{sinceMinute(session.lastUsedAt)}</time>,
    },
    {
      id: 'actions', header: t('actions'), role: 'actions',
      cell: (session) =>
        !session.current && (
          <Button
            kind="empty"
            aria-label={t('endSessionOf', { browser: inWords(session.userAgent), address: session.address })}
            busy={end.isPending && end.variables === session.id}
            onClick={() => end.mutate(session.id)}
          >
            {t('endSession')}
          </Button>
        ),
    },
  ];
}

function useEndSession() {
  const { t } = useTranslation('profile');
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: auth.endSession,
    onSuccess: () => {
      toast('success', t('sessionEnded'));
      document.querySelector('h1')?.focus({ preventScroll: true }); // its row is about to go, and the focus with it
    },
    onError: (error) => toast('danger', t('sessionNotEnded'), errorText(error)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsKey }),
  });
}
