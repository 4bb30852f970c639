import { useState, type ReactNode } from 'react';

import {
  Avatar, BackLink, Badge, Banner, Button, Card, Checkbox, CodeBox, ConfirmDialog, CopyField, DateField, DefinitionList, EmptyState, ExternalLink, FailedBanner,
  FailedCard, FieldError, FieldRow, FieldRows, Flyout, FormDialog, Hint, Icon, IconButton, Link, LinkButton, LinkTab, LinkTabs, ListTools, Menu, MenuChoice, MenuHeading, MenuItem, MenuSeparator,
  Mono, Muted, NotAllowed, Page, PageHeader, Pager, PasswordField, RadioCards, RadioGroup, SearchField, Section, Select, Skeleton, Spinner, Stack, Switch, Table, Tabs, TextArea,
  TextField, toast, Tooltip, TypeToConfirm, useTheme, type Column, type Sort,
} from '@/ui';

/** Every component in its states, to look at. Not part of a build. */
export default function Gallery() {
  const [theme, setTheme] = useTheme();
  return (
    <main>
      <Page>
        <PageHeader
          title="Gallery"
          description="Every component in its states."
          actions={
            <>
              <Button onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')} icon={theme === 'dark' ? 'light-bulb' : 'moon'}>
                Switch theme
              </Button>
              <Button kind="primary" icon="plus">
                New API key
              </Button>
            </>
          }
        />
        <Buttons />
        <Fields />
        <Tables />
        <Texts />
        <Overlays />
      </Page>
    </main>
  );
}

function Buttons() {
  const [busy, setBusy] = useState(false);
  return (
    <Section title="Buttons" description="Four kinds, three states.">
      <Stack row gap={12}>
        <Button kind="primary">Primary</Button>
        <Button>Secondary</Button>
        <Button kind="danger">Delete</Button>
        <Button kind="empty">Empty</Button>
        <LinkButton to="/">Link button</LinkButton>
        <LinkButton to="/" kind="primary" icon="key">
          Primary link
        </LinkButton>
      </Stack>
      <Stack row gap={12}>
        <Button kind="primary" busy>
          Creating key
        </Button>
        <Button busy={busy} icon="refresh" onClick={() => setBusy(!busy)}>
          Work
        </Button>
        <Button kind="danger" busy>
          Delete
        </Button>
        <Button kind="primary" disabledReason="Your role does not allow this.">
          Not allowed
        </Button>
        <Button disabledReason="Your role does not allow this.">Not allowed</Button>
        <IconButton icon="dots-vertical" label="Actions" />
        <IconButton icon="trash" label="Delete" disabledReason="Not now" />
        <Tooltip text="Something to know">
          <Button icon="info-in-circle">Tooltip</Button>
        </Tooltip>
        <Spinner label="Loading" />
      </Stack>
    </Section>
  );
}

function Fields() {
  const [search, setSearch] = useState('terraform');
  const [role, setRole] = useState<'admin' | 'member'>();
  return (
    <Section title="Fields">
      <Halves>
        <TextField label="Name" placeholder="ci-deploy" hint="Say what uses the key." />
        <TextField label="Name" defaultValue="ci deploy" error="A key of this name exists already." hint="Say what uses the key." />
        <TextField label="IP address" optional mono defaultValue="10.0.0.0/8" />
        <TextField label="Cannot be changed" disabled defaultValue="admin@example.com" />
        <PasswordField label="Password" autoComplete="new-password" defaultValue="correct horse" />
        <Select
          label="Role"
          options={[
            { value: 'admin', label: 'Admin', hint: 'May do everything' },
            { value: 'member', label: 'Member' },
          ]}
          value={role}
          onChange={setRole}
        />
        <DateField label="Expires on" defaultValue="2027-02-20" />
        <SearchField label="Search keys" value={search} onChange={setSearch} />
        <TextArea label="Description" optional rows={3} />
        <RadioGroup
          label="Expires after"
          row
          options={['7 days', '30 days', '90 days', 'Never'].map((label) => ({ value: label, label }))}
        />
      </Halves>
      <RadioCards
        label="Allow access to this API key"
        options={[
          { value: 'anywhere', label: 'Anywhere', hint: 'Every address may use it.' },
          { value: 'specific', label: 'Specific locations', hint: 'Only the addresses that you list.' },
          { value: 'nowhere', label: 'Nowhere', hint: 'Cannot be chosen.', disabled: true },
        ]}
        error="Choose one."
      />
      <FieldRows label="Addresses" stacked>
        {['203.0.113.0/24', '198.51.100.7'].map((source, index) => (
          <FieldRow key={source} remove={`Remove ${source}`} onRemove={() => undefined}>
            <TextField label="Address or range" labelHidden={index > 0} mono defaultValue={source} />
            <TextField label="Description" labelHidden={index > 0} optional />
          </FieldRow>
        ))}
      </FieldRows>
      <FieldError>Add an address.</FieldError>
      <Halves>
        <Checkbox label="I have kept the recovery code" hint="It is shown once." />
        <Switch label="Require a second factor" defaultChecked />
      </Halves>
    </Section>
  );
}

type Key = { id: string; name: string; state: 'Enabled' | 'Expires soon' | 'Disabled'; suffix: string; role: string; used: string };

const keys: Key[] = [
  { id: '1', name: 'ci-deploy', state: 'Enabled', suffix: 'a1B2', role: 'Admin', used: '5 minutes ago' },
  { id: '2', name: 'terraform-production-with-a-rather-long-name', state: 'Expires soon', suffix: 'Zz09', role: 'Member, Billing', used: 'Never used' },
  { id: '3', name: 'grafana', state: 'Disabled', suffix: '77xx', role: 'Org API reader', used: '3 months ago' },
];

const columns: Column<Key>[] = [
  { id: 'name', header: 'Name', role: 'title', sortable: true, width: '32%', cell: (key) => key.name },
  {
    id: 'status', header: 'Status', sortable: true,
    cell: (key) => <Badge state={key.state === 'Enabled' ? 'success' : key.state === 'Disabled' ? 'neutral' : 'warning'}>{key.state}</Badge>,
  },
  { id: 'suffix', header: 'Key ID', cell: (key) => <Mono>…{key.suffix}</Mono> },
  { id: 'role', header: 'Permissions', cell: (key) => key.role },
  { id: 'used', header: 'Last used', sortable: true, nowrap: true, cell: (key) => <Muted>{key.used}</Muted> },
  {
    id: 'actions', header: 'Actions', role: 'actions',
    cell: (key) => (
      <Menu trigger={<IconButton icon="dots-vertical" label={`Actions for ${key.name}`} plain />}>
        <MenuItem icon="pencil">Edit</MenuItem>
        <MenuItem icon="pause" disabledReason="Your role does not allow this.">
          Disable
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon="trash" danger>
          Delete
        </MenuItem>
      </Menu>
    ),
  },
];

function Tables() {
  const [sort, setSort] = useState<Sort>({ column: 'name', order: 'asc' });
  const [search, setSearch] = useState('');
  return (
    <>
      <Stack gap={8}>
        <BackLink to="/">All keys</BackLink>
        <LinkTabs label="Keys">
          <LinkTab to="/" current>
            Mine
          </LinkTab>
          <LinkTab to="/" current={false}>
            Those of others
          </LinkTab>
        </LinkTabs>
      </Stack>
      <ListTools label="Search keys" value={search} onChange={setSearch} status="3 keys" />
      <div>
        <Table caption="API keys" columns={columns} rows={keys} rowKey={(key) => key.id} sort={sort} onSort={setSort} />
        <Pager offset={0} shown={3} total={1203} onNext={() => undefined} />
      </div>
      <Table caption="API keys" columns={columns} rows={keys} rowKey={(key) => key.id} fixed dense />
      <Table caption="API keys" columns={columns} rows={[]} rowKey={(key) => key.id} loading loadingRows={2} />
      <Table
        caption="API keys"
        columns={columns}
        rows={[]}
        rowKey={(key) => key.id}
        empty={
          <EmptyState icon="key" title="Create your first API key" action={<Button kind="primary">New API key</Button>}>
            Keys let programs use the API of this organization.
          </EmptyState>
        }
      />
    </>
  );
}

function Texts() {
  return (
    <Halves>
      <Section title="Badges and banners">
        <Stack row gap={8}>
          <Badge>Default</Badge>
          <Badge state="success">Enabled</Badge>
          <Badge state="neutral">Disabled</Badge>
          <Badge state="warning">Expires soon</Badge>
          <Badge state="danger">Expired</Badge>
          <Badge state="info">New</Badge>
          <Badge state="warning" icon="warning">Running</Badge>
          <Hint text="It was used last on Nov 22, 2026.">
            <Badge state="success">With a hint</Badge>
          </Hint>
        </Stack>
        <Banner title="Something to know">With a sentence and a <Link to="/">link</Link>.</Banner>
        <Banner kind="success">The key is created.</Banner>
        <Banner kind="warning" onClose={() => undefined}>The secret is shown once.</Banner>
        <Banner kind="danger" action={<Button>Try again</Button>}>Nothing was saved.</Banner>
        <Banner kind="neutral">Nothing much.</Banner>
        <FailedBanner kind="warning" title="The keys could not be refreshed" error={new Error('out of order')} onRetry={() => undefined} />
      </Section>
      <Card>
        <CopyField label="Key secret" value="4b1dqZ0nJx8mT3yVw7uPkR2sE6hCfLaG" hint="It is never shown again." />
        <CodeBox label="Try it" code={'. data/admin.env\ncurl --user $KEY_ID:$KEY_SECRET https://gatehouse.example.com/v1/organizations'} />
        <Tabs label="Commands" tabs={[{ name: 'curl', content: <CodeBox label="curl" code="curl https://db.example.com:8443" /> }, { name: 'Go', content: <Muted>Nothing yet</Muted> }]} />
        <DefinitionList
          items={[
            { term: 'Organization ID', value: <Mono>5f1c9a4e-1fd3-4b0e-9b6a-0d9f1f3f2b11</Mono> },
            { term: 'Created', value: 'Nov 22, 2026' },
            { term: 'Read more', value: <ExternalLink href="/docs">API reference</ExternalLink> },
          ]}
        />
        <Stack row>
          <Avatar name="Ada Lovelace" />
          <Icon name="key" label="Key" />
          <Skeleton width={160} />
        </Stack>
      </Card>
      <FailedCard title="The keys could not be read" error={new Error('out of order')} onRetry={() => undefined} />
      <NotAllowed title="You may not see the keys">Ask an Admin for a role.</NotAllowed>
    </Halves>
  );
}

function Overlays() {
  const [open, setOpen] = useState<'form' | 'question' | 'flyout'>();
  const [typed, setTyped] = useState('');
  const close = () => setOpen(undefined);
  return (
    <Section title="Overlays">
      <Stack row gap={12}>
        <Button onClick={() => setOpen('form')}>Open dialog</Button>
        <Button onClick={() => setOpen('question')}>Ask</Button>
        <Button onClick={() => setOpen('flyout')}>Open flyout</Button>
        <Menu trigger={<Button iconRight="chevron-down">Open menu</Button>} align="start">
          <MenuHeading>A menu</MenuHeading>
          <MenuItem icon="pencil" onSelect={() => setOpen('form')}>
            Dialog
          </MenuItem>
          <MenuSeparator />
          <MenuChoice label="Choice" value="a" onChange={() => undefined} options={[{ value: 'a', label: 'First' }, { value: 'b', label: 'Second' }]} />
        </Menu>
        <Button onClick={() => toast('success', 'Key created', 'ci-deploy may be used at once.')}>Toast</Button>
        <Button onClick={() => toast('danger', 'Nothing was saved', 'Gatehouse does not answer.')}>Error toast</Button>
      </Stack>
      {open === 'form' && (
        <FormDialog
          kind="danger"
          onClose={close}
          title="Delete API key"
          description="Programs that use it are cut off at once. This cannot be undone."
          confirm="Delete key"
          disabledReason={typed === 'ci-deploy' ? undefined : 'Type the name of the key first.'}
          onSubmit={close}
        >
          <TypeToConfirm ask="To confirm, type the name of the key:" text="ci-deploy" label="Name of the key" value={typed} onChange={setTyped} />
        </FormDialog>
      )}
      {open === 'question' && (
        <ConfirmDialog
          title="Stop the service?"
          description="Whoever is connected to it is cut off. This one fails after a moment."
          confirm="Stop service"
          onConfirm={() => new Promise((_, reject) => setTimeout(() => reject(new Error('This one does')), 1_000))}
          onClose={close}
        />
      )}
      <Flyout
        open={open === 'flyout'}
        onClose={close}
        title="New API key"
        footer={
          <>
            <Button onClick={close}>Cancel</Button>
            <Button kind="primary">Generate API key</Button>
          </>
        }
      >
        <TextField label="Name" />
        <Select label="Role" options={[{ value: 'a', label: 'Admin' }]} value="a" onChange={() => undefined} />
        <DateField label="Expires on" />
      </Flyout>
    </Section>
  );
}

function Halves({ children }: { children: ReactNode }) {
  return <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))', gap: 20 }}>{children}</div>;
}
