import { z } from '@/zod';

import { send } from './send';

const organization = z.object({
  id: z.string(),
  name: z.string(),
  /** On the organization itself. */
  permissions: z.array(z.string()),
  /** On services: `instance/*` for all, and `instance/ID` for those that a policy names, which stands alone. */
  servicePermissions: z.record(z.string(), z.array(z.string())),
  roles: z.array(z.string()),
});

const sessionAnswer = z.object({
  setUp: z.boolean(),
  session: z.object({ id: z.string(), expireAt: z.string() }).nullable(),
  person: z.object({ userId: z.string(), email: z.string(), name: z.string(), secondFactor: z.boolean(), hasPassword: z.boolean() }).nullable(),
  organizations: z.array(organization),
  address: z.string(),
  /** Whether Gatehouse can send mail. */
  sendsMail: z.boolean(),
  /** With whom one can sign in besides a password. */
  providers: z.array(z.object({ id: z.string(), name: z.string() })),
  /** In which services can be created, the usual one first; null for all. */
  regions: z.array(z.string()).nullish(),
  recoveryCode: z.string().optional(),
});

const link = z.object({
  kind: z.enum(['setup', 'reset', 'invitation']),
  email: z.string().optional(),
  organization: z.string(),
  /** Of an invitation: the roles that one gets, and whether one has an account already. */
  roles: z.array(z.string()).optional(),
  hasAccount: z.boolean().optional(),
});

const ownInvitation = z.object({
  id: z.string(),
  organization: z.string(),
  roles: z.array(z.string()),
  invitedBy: z.string(),
  expireAt: z.string(),
});

const signedInBrowser = z.object({
  id: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
  expireAt: z.string(),
  address: z.string(),
  userAgent: z.string(),
  current: z.boolean(),
});

const secondFactor = z.object({ secret: z.string(), uri: z.string(), picture: z.string() });

/** Who is signed in here, and what they may do where. */
export type SessionAnswer = z.infer<typeof sessionAnswer>;
export type SessionOrganization = z.infer<typeof organization>;
/** What a one-time link is for. */
export type Link = z.infer<typeof link>;
/** An invitation to whoever is signed in. */
export type OwnInvitation = z.infer<typeof ownInvitation>;
/** A browser that a person is signed in with. */
export type SignedInBrowser = z.infer<typeof signedInBrowser>;
/** A second factor that is not confirmed yet. */
export type NewSecondFactor = z.infer<typeof secondFactor>;

const nothing = z.unknown();

/** The endpoints under /auth. Failures are ApiError or ConnectionError. */
export const auth = {
  session: () => call(sessionAnswer, 'GET', 'session'),
  signIn: (body: { email: string; password: string; code?: string }) => call(sessionAnswer, 'POST', 'sign-in', body),
  signOut: () => call(nothing, 'POST', 'sign-out', {}),
  link: (token: string) => call(link, 'POST', 'link', { token }),
  setUp: (body: { token: string; email: string; name: string; password: string }) => call(sessionAnswer, 'POST', 'setup', body),
  reset: (body: { token: string; password: string }) => call(sessionAnswer, 'POST', 'reset', body),
  /** Mails a link to choose a new password, if there is somebody with the address; nobody is told. */
  forgot: (body: { email: string }) => call(nothing, 'POST', 'forgot', body),
  /** Accepts the invitation of the link as somebody new. */
  accept: (body: { token: string; name: string; password: string }) => call(sessionAnswer, 'POST', 'invitation', body),
  /** Accepts an invitation as whoever is signed in: by its link, or by its id. */
  acceptOwn: (body: { token: string } | { id: string }) => call(sessionAnswer, 'POST', 'invitations/accept', body),
  invitations: () => call(z.object({ invitations: z.array(ownInvitation) }), 'GET', 'invitations').then((answer) => answer.invitations),
  sessions: () => call(z.object({ sessions: z.array(signedInBrowser) }), 'GET', 'sessions').then((answer) => answer.sessions),
  endSession: (id: string) => call(nothing, 'DELETE', `sessions/${encodeURIComponent(id)}`),
  /** Signs out everywhere, here too. */
  endSessions: () => call(nothing, 'DELETE', 'sessions'),
  updateProfile: (body: { name: string }) => call(sessionAnswer, 'PATCH', 'profile', body),
  changePassword: (body: { currentPassword: string; newPassword: string }) => call(nothing, 'POST', 'password', body),
  newSecondFactor: (body: { password: string }) => call(secondFactor, 'POST', 'second-factor', body),
  confirmSecondFactor: (body: { password: string; secret: string; code: string }) =>
    call(z.object({ recoveryCode: z.string() }), 'POST', 'second-factor/confirm', body),
  removeSecondFactor: (body: { password: string; code: string }) => call(nothing, 'POST', 'second-factor/remove', body),
};

async function call<Schema extends z.ZodType>(schema: Schema, method: string, path: string, body?: object): Promise<z.output<Schema>> {
  const request = new Request(new URL(`/auth/${path}`, location.origin), {
    method,
    credentials: 'same-origin',
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const response = await send(request);
  return schema.parse(await response.json());
}
