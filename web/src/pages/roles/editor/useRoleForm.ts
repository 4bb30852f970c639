import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { answerOf, api, ApiError, ConnectionError, errorText, type Schema } from '@/api';
import { rolesKey, type Policy, type Role } from '@/permissions';
import { sessionQuery } from '@/session';

import { draftsOf, newDraft, policiesOf, samePolicies, type Draft, type Section } from './drafts';
import { placeOf, problemsOf, type Fields, type Problems } from './problems';

/** What went wrong and no field is to blame for. */
export type Failure = { title: string; text: string };

type Options = {
  organizationId: string;
  /** The role that is edited; without it a new one is made. */
  role?: Role | undefined;
  /** What a new one begins with. */
  start?: { name: string; policies: readonly Policy[] } | undefined;
};

/** A role while it is edited, and what is wrong with it. */
export function useRoleForm({ organizationId, role, start }: Options) {
  const { t } = useTranslation('roles');
  const queryClient = useQueryClient();
  const [initial] = useState<Fields>(() => ({
    name: role?.name ?? start?.name ?? '',
    drafts: draftsOf(role?.policies ?? start?.policies ?? [], organizationId),
    actors: role?.actors ?? [],
  }));
  const [fields, setFields] = useState(initial);
  const [problems, setProblems] = useState<Problems>({});
  const [wrongActor, setWrongActor] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const { name, drafts, actors } = fields;

  /** What was wrong at these places may be right now. */
  const forgive = (at: string) => setProblems((before) => Object.fromEntries(Object.entries(before).filter(([key]) => key !== at && !key.startsWith(`${at} `))));
  const change = (id: string, policy: Policy) => {
    setFields((before) => ({ ...before, drafts: before.drafts.map((draft) => (draft.id === id ? { ...draft, policy } : draft)) }));
    forgive(id);
  };

  const body = changesOf(initial, fields);
  const save = async (): Promise<Role | undefined> => {
    const found = problemsOf(fields, t);
    setProblems(found);
    setFailure(undefined);
    setWrongActor(undefined);
    if (Object.keys(found).length > 0) return undefined;
    setBusy(true);
    try {
      const { result } = await send(organizationId, role?.id, fields, body);
      return result;
    } catch (error) {
      const at = error instanceof ApiError ? placeOf(error.field, fields) : undefined;
      if (at) setProblems({ [at.place]: errorText(error) });
      else setFailure(failureOf(error));
      setWrongActor(at?.actor);
      return undefined;
    } finally {
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }); // one may have changed what one may do oneself
      void queryClient.invalidateQueries({ queryKey: rolesKey(organizationId) });
      void queryClient.invalidateQueries({ queryKey: ['keys', organizationId] });
      void queryClient.invalidateQueries({ queryKey: ['members', organizationId] });
    }
  };

  const failureOf = (error: unknown): Failure => {
    if (error instanceof ApiError && error.status === 404) return { title: t('goneTitle'), text: t('goneText') };
    if (error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500)) return { title: t('unknownTitle'), text: t('unknownText') };
    return { title: t('saveFailed'), text: errorText(error) };
  };

  return {
    name, drafts, actors, problems, wrongActor, failure, busy,
    /** The policies as they would be saved. */
    policies: policiesOf(drafts),
    changed: Object.keys(body).length > 0,
    setName: (next: string) => {
      setFields((before) => ({ ...before, name: next }));
      forgive('name');
    },
    setActors: (next: readonly string[]) => {
      setFields((before) => ({ ...before, actors: next }));
      forgive('actors');
      setWrongActor(undefined);
    },
    change,
    /** Returns its id. */
    add: (section: Section, effect: Policy['allowDeny']): string => {
      const draft = newDraft(section, effect, organizationId);
      setFields((before) => ({ ...before, drafts: [...before.drafts, draft] }));
      return draft.id;
    },
    remove: (id: string) => {
      setFields((before) => ({ ...before, drafts: withoutDraft(before.drafts, id, organizationId) }));
      forgive(id);
    },
    save,
  };
}

export type RoleForm = ReturnType<typeof useRoleForm>;

/** A section whose only policy goes gets an empty one. */
function withoutDraft(drafts: readonly Draft[], id: string, organizationId: string): Draft[] {
  const gone = drafts.find((draft) => draft.id === id);
  const left = drafts.filter((draft) => draft.id !== id);
  const hasOne = left.some((draft) => draft.section === gone?.section && draft.policy.allowDeny === 'ALLOW');
  return !gone || gone.policy.allowDeny === 'DENY' || hasOne ? left : [...left, newDraft(gone.section, 'ALLOW', organizationId)];
}

/** What differs from before. */
function changesOf(before: Fields, after: Fields): Schema<'RoleUpdateRequest'> {
  const name = after.name.trim();
  const policies = policiesOf(after.drafts);
  return {
    ...(name !== before.name.trim() && { name }),
    ...(!samePolicies(policiesOf(before.drafts), policies) && { policies }),
    ...(!sameActors(before.actors, after.actors) && { actors: [...after.actors] }),
  };
}

function sameActors(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

function send(organizationId: string, roleId: string | undefined, { name, drafts, actors }: Fields, changes: Schema<'RoleUpdateRequest'>) {
  if (roleId !== undefined) {
    return answerOf(api.PATCH('/v1/organizations/{organizationId}/roles/{roleId}', { params: { path: { organizationId, roleId } }, body: changes }));
  }
  const body = { name: name.trim(), policies: policiesOf(drafts), actors: [...actors] };
  return answerOf(api.POST('/v1/organizations/{organizationId}/roles', { params: { path: { organizationId } }, body }));
}
