import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

import type { Schema } from '@/api';
import { IconButton, Link, Menu, MenuItem, MenuSeparator } from '@/ui';

import type { Words } from './useWords';

export type RowAction = 'edit' | 'enable' | 'disable' | 'delete';

type Props = {
  organizationId: string;
  apiKey: Schema<'ApiKey'>;
  onAction: (action: RowAction, apiKey: Schema<'ApiKey'>) => void;
  onOpenChange: (open: boolean) => void;
  can: (permission: string) => boolean;
  words: Words;
};

export function RowMenu({ organizationId, apiKey, onAction, onOpenChange, can, words: { t } }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useFocusLeavesRow(button);
  const unless = (permission: string) => (can(`control-plane:organization:${permission}`) ? undefined : t('common:notAllowed'));
  const toggle = apiKey.state === 'enabled' ? 'disable' : 'enable';
  return (
    <Menu trigger={<IconButton ref={button} icon="dots-vertical" label={t('actionsOf', { name: apiKey.name })} plain />}>
      <WhileOpen onOpenChange={onOpenChange} />
      <MenuItem icon="pencil" disabledReason={unless('update-api-keys')} onSelect={() => onAction('edit', apiKey)}>
        {t('edit')}
      </MenuItem>
      <MenuItem icon={toggle === 'disable' ? 'pause' : 'play'} disabledReason={unless('update-api-keys')} onSelect={() => onAction(toggle, apiKey)}>
        {t(toggle)}
      </MenuItem>
      {can('control-plane:organization:manage') ? (
        <MenuItem icon="eye" link={<Link to="/organizations/$orgId/keys/$keyId/access" params={{ orgId: organizationId, keyId: apiKey.id }} />}>
          {t('seeAccess')}
        </MenuItem>
      ) : (
        <MenuItem icon="eye" disabledReason={t('common:notAllowed')}>
          {t('seeAccess')}
        </MenuItem>
      )}
      {can('control-plane:organization:view-activities') ? (
        <MenuItem icon="activity" link={<Link to="/organizations/$orgId/audit" params={{ orgId: organizationId }} search={{ search: apiKey.id }} />}>
          {t('viewActivity')}
        </MenuItem>
      ) : (
        <MenuItem icon="activity" disabledReason={t('common:notAllowed')}>
          {t('viewActivity')}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem icon="trash" danger disabledReason={unless('delete-api-keys')} onSelect={() => onAction('delete', apiKey)}>
        {t('delete')}
      </MenuItem>
    </Menu>
  );
}

/** Is there only while the menu is. */
function WhileOpen({ onOpenChange }: Pick<Props, 'onOpenChange'>) {
  useEffect(() => {
    onOpenChange(true);
    return () => onOpenChange(false);
  }, [onOpenChange]);
  return null;
}

/** When somebody deletes the key of the row that has the focus, the heading gets it: in the body it would be lost. */
function useFocusLeavesRow(button: RefObject<HTMLElement | null>) {
  useLayoutEffect(() => {
    const row = button.current?.closest('tr');
    return () => {
      if (row?.contains(document.activeElement)) document.querySelector('h1')?.focus();
    };
  }, [button]);
}
