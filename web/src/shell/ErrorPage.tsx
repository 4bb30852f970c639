import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

import { ApiError, errorText } from '@/api';
import { Button, EmptyState, LinkButton, usePageTitle } from '@/ui';

/** What is left of a page that failed. */
export function ErrorPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation(['shell', 'common']);
  usePageTitle(t('errorTitle'));
  const fromApi = error instanceof ApiError;
  return (
    <EmptyState
      level={1}
      icon="warning"
      title={t('errorTitle')}
      action={
        <>
          <Button kind="primary" onClick={() => location.reload()}>
            {t('common:reload')}
          </Button>
          <LinkButton to="/">{t('home')}</LinkButton>
        </>
      }
    >
      <p>{fromApi ? errorText(error) : t('errorText')}</p>
      {fromApi && error.requestId && <p>{t('common:requestId', { id: error.requestId })}</p>}
    </EmptyState>
  );
}
