import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import { Button, Page, PageHeader, Section } from '@/ui';

import { ConnectCommands } from '../connect';
import { ShownPassword, usePasswordTaken } from '../secret';
import type { Service } from '../service';
import { useService } from '../useServices';
import { Progress } from './Progress';

/** What creating a service answers, once. */
export type NewService = {
  service: Service;
  password: string;
  /** When it was asked for, in milliseconds. */
  begun: number;
};

/** A service that was just made: its progress, its password, and how to connect. */
export function Made({ organizationId, made }: { organizationId: string; made: NewService }) {
  const { t } = useTranslation('services');
  const navigate = useNavigate();
  const { data: service = made.service, dataUpdatedAt, gone } = useService(organizationId, made.service.id);
  const open = () => void navigate({ to: '/organizations/$orgId/services/$serviceId', params: { orgId: organizationId, serviceId: made.service.id } });
  const { take, leave, question } = usePasswordTaken(true, open);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    scrollTo({ top: 0 });
    top.current?.querySelector('h1')?.focus(); // the form, which had it, is gone
  }, []);
  return (
    <Page narrow>
      <div ref={top}>
        <PageHeader
          title={service.name}
          description={t('made.title')}
          actions={
            <Button kind="primary" onClick={leave}>
              {t('made.open')}
            </Button>
          }
        />
      </div>
      <Section title={t('made.steps')}>
        <Progress service={service} gone={gone} begun={made.begun} heard={dataUpdatedAt || made.begun} />
      </Section>
      <Section title={t('secret.title')}>
        <ShownPassword service={service} password={made.password} onTaken={take} />
      </Section>
      <Section title={t('connecting.title')} description={t('connecting.text')}>
        <ConnectCommands organizationId={organizationId} service={service} password={made.password} onPasswordCopied={take} />
      </Section>
      {question}
    </Page>
  );
}
