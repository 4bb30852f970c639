import { Trans, useTranslation } from 'react-i18next';

import { saveFile } from '@/account';
import { Banner, Button, CodeBox, FailedBanner, Link, Skeleton, Tabs } from '@/ui';

import { endpointOf, isUnreachable, type Service } from '../service';
import styles from './connect.module.css';
import { clientCommand, clientConfig, clientFile, curl, go, jdbc, mysql, node, python, type Connection } from './commands';
import { authorityFile, useAuthority } from './useAuthority';

type Props = {
  organizationId: string;
  service: Service;
  /** When it was made a moment ago; else nobody knows it. */
  password?: string;
  onPasswordCopied?: () => void;
};

/** Commands and programs that connect to the service, ready to be pasted. */
export function ConnectCommands({ organizationId, service, password, onPasswordCopied }: Props) {
  const { t } = useTranslation('services');
  const authority = useAuthority();
  const https = endpointOf(service, 'https');
  const native = endpointOf(service, 'nativesecure');
  const overMySQL = endpointOf(service, 'mysql');
  if (!https) return <p className={styles.muted}>{t('connecting.noEndpoint')}</p>;
  if (authority.isPending) return <Skeleton height={180} />;
  const connection: Connection = {
    host: https.host,
    https: https.port,
    native: native?.port,
    mysql: overMySQL && { port: overMySQL.port, user: overMySQL.username ?? 'default' },
    password: password ?? 'PASSWORD',
    authority: authority.data ? authorityFile : undefined,
  };
  const code = (language: string, text: string, label: string = t('connecting.codeOf', { language })) => (
    <CodeBox key={label} label={label} code={text} {...(onPasswordCopied && text.includes(connection.password) && { onCopied: onPasswordCopied })} />
  );
  const titled = (title: string, box: ReturnType<typeof code>) => (
    <div className={styles.titled}>
      <p className={styles.label}>{title}</p>
      {box}
    </div>
  );
  const install = (command: string) => titled(t('connecting.install'), code('', command, t('titled', { title: t('connecting.install'), text: command })));
  const languages = {
    curl: code('curl', curl(connection)),
    client: (
      <>
        {connection.authority && titled(t('connecting.configOf', { file: clientFile }), code(clientFile, clientConfig(connection), clientFile))}
        {connection.authority ? titled(t('connecting.run'), code('clickhouse-client', clientCommand(connection))) : code('clickhouse-client', clientCommand(connection))}
      </>
    ),
    python: (
      <>
        {install('pip install clickhouse-connect')}
        {titled(t('connecting.program'), code('Python', python(connection)))}
      </>
    ),
    go: (
      <>
        {install('go get github.com/ClickHouse/clickhouse-go/v2')}
        {titled(t('connecting.program'), code('Go', go(connection)))}
      </>
    ),
    jdbc: code('JDBC', jdbc(connection)),
    node: (
      <>
        {install('npm install @clickhouse/client')}
        {titled(t('connecting.program'), code('Node.js', node(connection)))}
      </>
    ),
    mysql: code('MySQL', mysql(connection)),
  };
  const offered = (['curl', 'client', 'python', 'go', 'jdbc', 'node', 'mysql'] as const).filter(
    (language) => (language !== 'mysql' || connection.mysql) && (native || (language !== 'client' && language !== 'go')),
  );
  return (
    <div className={styles.connect}>
      {isUnreachable(service) && (
        <Banner kind="danger" title={t('connecting.unreachableTitle')}>
          {t('connecting.unreachableText')}
        </Banner>
      )}
      {authority.error && <FailedBanner kind="warning" title={t('connecting.caFailed')} error={authority.error} onRetry={authority.refetch} />}
      {authority.data && <Authority pem={authority.data} />}
      <p className={styles.muted}>
        {password === undefined ? (
          <Trans
            t={t}
            i18nKey="connecting.withoutPassword"
            values={{ page: t('connecting.securityPage') }}
            components={{ page: <Link to="/organizations/$orgId/services/$serviceId/security" params={{ orgId: organizationId, serviceId: service.id }} /> }}
          />
        ) : (
          t('connecting.withPassword')
        )}
      </p>
      <Tabs label={t('connecting.ready')} labelHidden tabs={offered.map((language) => ({ name: t(`connecting.languages.${language}`), content: languages[language] }))} />
    </div>
  );
}

/** The file that programs need to trust the certificates. */
function Authority({ pem }: { pem: string }) {
  const { t } = useTranslation('services');
  return (
    <div className={styles.authority}>
      <div className={styles.titled}>
        <p className={styles.label}>{t('connecting.caTitle')}</p>
        <p className={styles.muted}>{t('connecting.caText')}</p>
      </div>
      <Button icon="download" onClick={() => saveFile(authorityFile, [pem], 'application/x-pem-file')}>
        {t('connecting.caDownload', { file: authorityFile })}
      </Button>
    </div>
  );
}
