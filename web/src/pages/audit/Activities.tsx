import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, FailedBanner, ListTools, PageHeader, Table } from '@/ui';

import { Details } from './Details';
import type { Activity } from './fetchActivities';
import { NothingFound } from './NothingFound';
import { Pages } from './Pages';
import { useActivityPages } from './useActivityPages';
import { useActivityWords } from './useActivityWords';
import { useColumns } from './useColumns';
import { useExport } from './useExport';
import { useKeyNames } from './useKeyNames';
import { useSearch } from './useSearch';

export function Activities({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('audit');
  const { search, typed, setTyped } = useSearch();
  const { page, activities, ...place } = useActivityPages(organizationId, search);
  const keyNames = useKeyNames(organizationId, activities);
  const words = useActivityWords(keyNames);
  const [chosen, setChosen] = useState<Activity>();
  const columns = useColumns(words, setChosen);
  const exporting = useExport(search, keyNames);
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    setTyped('');
    field.current?.focus(); // the button is about to go
  };
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          <Button icon="download" busy={exporting.count !== undefined} onClick={exporting.run}>
            {t('export')}
          </Button>
        }
      />
      <ListTools
        label={t('search')}
        placeholder={t('searchHint')}
        value={typed}
        onChange={setTyped}
        ref={field}
        status={exporting.count ? t('exporting', { count: exporting.count }) : ''}
      />
      {page.isError && !page.data ? (
        <FailedBanner title={t('failedTitle')} error={page.error} onRetry={page.refetch} />
      ) : (
        <div>
          <Table
            caption={t('title')}
            columns={columns}
            rows={activities}
            rowKey={(activity) => activity.id}
            loading={page.isPending}
            loadingRows={10}
            stale={page.isPlaceholderData}
            empty={<NothingFound search={search} onClear={clear} onOlder={place.onOlder} />}
          />
          <Pages shown={activities.length} {...place} />
        </div>
      )}
      <Details activity={chosen} words={words} onClose={() => setChosen(undefined)} />
    </>
  );
}
