/** What a command is made of. */
export type Connection = {
  host: string;
  https: number;
  native: number | undefined;
  mysql: { port: number; user: string } | undefined;
  password: string;
  /** The file with the certificate of the authority, where one is needed. */
  authority: string | undefined;
};

export function curl({ host, https, password, authority }: Connection): string {
  return [
    `curl --user ${shell(`default:${password}`)} \\`,
    ...(authority ? [`  --cacert ${authority} \\`] : []),
    `  --data-binary 'SELECT version()' \\`,
    `  https://${host}:${https}`,
  ].join('\n');
}

export const clientFile = 'clickhouse-client.yaml';

/** clickhouse-client takes an authority from a configuration file only. */
export function clientConfig({ host, native, password, authority }: Connection): string {
  return [`host: ${host}`, `port: ${native}`, 'secure: true', 'user: default', `password: ${yaml(password)}`, 'openSSL:', '  client:', `    caConfig: ${authority}`].join('\n');
}

export function clientCommand({ host, native, password, authority }: Connection): string {
  if (authority) return `clickhouse client --config-file ${clientFile} --query 'SELECT version()'`;
  return [`clickhouse client --host ${host} --port ${native} --secure \\`, `  --user default --password ${shell(password)} \\`, `  --query 'SELECT version()'`].join('\n');
}

export function python({ host, https, password, authority }: Connection): string {
  return [
    'import clickhouse_connect',
    '',
    'client = clickhouse_connect.get_client(',
    `    host=${quoted(host)},`,
    `    port=${https},`,
    "    username='default',",
    `    password=${quoted(password)},`,
    '    secure=True,',
    ...(authority ? [`    ca_cert=${quoted(authority)},`] : []),
    ')',
    "print(client.query('SELECT version()').result_rows)",
  ].join('\n');
}

export function go({ host, native, password, authority }: Connection): string {
  const imports = ['context', 'crypto/tls', ...(authority ? ['crypto/x509'] : []), 'fmt', 'log', ...(authority ? ['os'] : [])];
  return [
    'package main',
    '',
    'import (',
    ...imports.map((name) => `\t"${name}"`),
    '',
    '\t"github.com/ClickHouse/clickhouse-go/v2"',
    ')',
    '',
    'func main() {',
    ...(authority
      ? [
          `\tca, err := os.ReadFile("${authority}")`,
          '\tif err != nil {',
          '\t\tlog.Fatal(err)',
          '\t}',
          '\troots := x509.NewCertPool()',
          '\troots.AppendCertsFromPEM(ca)',
        ]
      : []),
    '\tconn, err := clickhouse.Open(&clickhouse.Options{',
    `\t\tAddr: []string{"${host}:${native}"},`,
    `\t\tAuth: clickhouse.Auth{Username: "default", Password: ${JSON.stringify(password)}},`,
    `\t\tTLS:  &tls.Config{${authority ? 'RootCAs: roots' : ''}},`,
    '\t})',
    '\tif err != nil {',
    '\t\tlog.Fatal(err)',
    '\t}',
    '\tvar version string',
    '\tif err := conn.QueryRow(context.Background(), "SELECT version()").Scan(&version); err != nil {',
    '\t\tlog.Fatal(err)',
    '\t}',
    '\tfmt.Println(version)',
    '}',
  ].join('\n');
}

export function jdbc({ host, https, password, authority }: Connection): string {
  return [
    'import java.sql.DriverManager;',
    'import java.util.Properties;',
    '',
    'public class Query {',
    '    public static void main(String[] args) throws Exception {',
    '        var properties = new Properties();',
    '        properties.setProperty("user", "default");',
    `        properties.setProperty("password", ${JSON.stringify(password)});`,
    '        properties.setProperty("ssl", "true");',
    ...(authority ? [`        properties.setProperty("sslrootcert", "${authority}");`] : []),
    `        try (var connection = DriverManager.getConnection("jdbc:clickhouse:https://${host}:${https}/default", properties);`,
    '             var statement = connection.createStatement();',
    '             var rows = statement.executeQuery("SELECT version()")) {',
    '            rows.next();',
    '            System.out.println(rows.getString(1));',
    '        }',
    '    }',
    '}',
  ].join('\n');
}

export function node({ host, https, password, authority }: Connection): string {
  return [
    ...(authority ? ["import { readFileSync } from 'node:fs';"] : []),
    "import { createClient } from '@clickhouse/client';",
    '',
    'const client = createClient({',
    `  url: 'https://${host}:${https}',`,
    "  username: 'default',",
    `  password: ${quoted(password)},`,
    ...(authority ? [`  tls: { ca_cert: readFileSync(${quoted(authority)}) },`] : []),
    '});',
    "const rows = await client.query({ query: 'SELECT version()', format: 'JSONEachRow' });",
    'console.log(await rows.json());',
    'await client.close();',
  ].join('\n');
}

export function mysql({ host, mysql: endpoint, password, authority }: Connection): string {
  return [
    `mysql --host ${host} --port ${endpoint?.port ?? ''} --user ${endpoint?.user ?? 'default'} --password=${shell(password)} \\`,
    authority ? `  --ssl-mode=VERIFY_CA --ssl-ca=${authority} \\` : '  --ssl-mode=VERIFY_IDENTITY \\',
    `  --execute 'SELECT version()'`,
  ].join('\n');
}

/** A word of the shell, whatever stands in it. */
function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text in Python and JavaScript. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function yaml(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
