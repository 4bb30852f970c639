import { useQuery, useQueryClient } from '@tanstack/react-query';

import { answerOf, api, type Schema } from '@/api';

import { useThisService } from '../page/context';
import { servicesKey } from '../useServices';

export type Setting = Schema<'ClickhouseSetting'>;
export type SettingSchema = Schema<'SettingSchemaEntry'>;
export type Warning = Schema<'SettingWarning'>;

function useParts() {
  const { organizationId, service } = useThisService();
  return {
    key: [...servicesKey(organizationId), 'settings', service.id],
    params: { path: { organizationId, serviceId: service.id } },
  };
}

/** The settings that are set for the service. */
export function useSettings() {
  const { key, params } = useParts();
  return useQuery({
    queryKey: [...key, 'list'],
    refetchInterval: 15_000,
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/organizations/{organizationId}/services/{serviceId}/clickhouseSettings', { params, signal }))).result.settings,
  });
}

/** All settings that can be set, with what they mean: half a megabyte, which is of a version and does not change with the service. */
export function useSettingsSchema() {
  const { params } = useParts();
  const { organizationId, service } = useThisService();
  return useQuery({
    queryKey: ['settingsSchema', organizationId, service.id, service.clickhouseVersion],
    staleTime: 600_000,
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/organizations/{organizationId}/services/{serviceId}/clickhouseSettings/schema', { params, signal }))).result.settings,
  });
}

export function useSettingChanges() {
  const { key, params } = useParts();
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: [...key, 'list'] });
  return {
    /** Returns what the server warns of. */
    set: async (name: string, value: string | number): Promise<Warning[]> => {
      const { result } = await answerOf(
        api.PATCH('/v1/organizations/{organizationId}/services/{serviceId}/clickhouseSettings', { params, body: { settings: { [name]: value } } }),
      );
      await refresh();
      return result.warnings;
    },
    reset: async (settingName: string) => {
      const path = { ...params.path, settingName };
      await api.DELETE('/v1/organizations/{organizationId}/services/{serviceId}/clickhouseSettings/{settingName}', { params: { path } });
      await refresh();
    },
  };
}

/** A value as it is shown, of whatever type it is. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether the value is the one that ClickHouse has by itself. Whether somebody has set it so, or nobody has set it, the API does not tell. */
export function isOwnValue({ value }: Setting, schema: SettingSchema | undefined): boolean {
  return schema?.example !== undefined && schema.example === (typeof value === 'boolean' ? String(Number(value)) : textOf(value));
}
