import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router';

import { sessionOf } from '@/session';
import { ErrorPage } from '@/shell/ErrorPage';
import { homeIn, homeOf } from '@/shell/home';
import { NotFound, NotFoundPage } from '@/shell/NotFoundPage';
import { Root } from '@/shell/Root';
import { Shell } from '@/shell/Shell';
import { WaitingPage } from '@/shell/WaitingPage';

type Context = { queryClient: QueryClient };

const root = createRootRouteWithContext<Context>()({ component: Root, notFoundComponent: NotFoundPage });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await sessionOf(context.queryClient);
    throw redirect(session.person ? homeOf(session) : { to: '/sign-in' });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  /** `to`: where to go after signing in, a path of the console. `problem`: what went wrong with a provider, in a word. */
  validateSearch: ({ to, problem }: Record<string, unknown>): { to?: string; problem?: string } => ({
    ...(typeof to === 'string' && /^\/(?![/\\])/.test(to) && { to }),
    ...(typeof problem === 'string' && problem && { problem }),
  }),
  component: lazyRouteComponent(() => import('@/pages/sign-in')),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('@/pages/setup')),
});

/** Where the link of an invitation leads. */
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('@/pages/invitation')),
});

/** Everything behind sign-in. */
const console = createRoute({
  getParentRoute: () => root,
  id: 'console',
  beforeLoad: async ({ context, location }) => {
    const session = await sessionOf(context.queryClient);
    if (!session.person) throw redirect({ to: '/sign-in', search: { to: location.href } });
  },
  component: Shell,
});

const profile = createRoute({
  getParentRoute: () => console,
  path: '/profile',
  component: lazyRouteComponent(() => import('@/pages/profile')),
});

/** For somebody who is in no organization (any more). */
const welcome = createRoute({
  getParentRoute: () => console,
  path: '/welcome',
  component: lazyRouteComponent(() => import('@/pages/welcome')),
});

const organization = createRoute({
  getParentRoute: () => console,
  path: '/organizations/$orgId',
  beforeLoad: async ({ context, params }) => {
    const session = await sessionOf(context.queryClient);
    if (!session.organizations.some(({ id }) => id === params.orgId)) throw notFound();
  },
  notFoundComponent: NotFound,
});

const organizationHome = createRoute({
  getParentRoute: () => organization,
  path: '/',
  beforeLoad: async ({ context, params }) => {
    const session = await sessionOf(context.queryClient);
    const here = session.organizations.find(({ id }) => id === params.orgId);
    throw redirect(here ? homeIn(here) : homeOf(session));
  },
});

/** What the list shows, so that a link shows the same. */
export type KeysSearch = { search?: string; status?: string; sort?: string; order?: 'asc' | 'desc' };

const keys = createRoute({
  getParentRoute: () => organization,
  path: '/keys',
  validateSearch: (given: Record<string, unknown>): KeysSearch => ({
    ...(typeof given['search'] === 'string' && given['search'] && { search: given['search'] }),
    ...(typeof given['status'] === 'string' && given['status'] && { status: given['status'] }),
    ...(typeof given['sort'] === 'string' && given['sort'] && { sort: given['sort'] }),
    ...((given['order'] === 'asc' || given['order'] === 'desc') && { order: given['order'] }),
  }),
  component: lazyRouteComponent(() => import('@/pages/keys')),
});

const audit = createRoute({
  getParentRoute: () => organization,
  path: '/audit',
  validateSearch: ({ search }: Record<string, unknown>): { search?: string } => (typeof search === 'string' && search ? { search } : {}),
  component: lazyRouteComponent(() => import('@/pages/audit')),
});

const settings = createRoute({
  getParentRoute: () => organization,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/pages/settings')),
});

const services = createRoute({
  getParentRoute: () => organization,
  path: '/services',
  validateSearch: ({ search }: Record<string, unknown>): { search?: string } => (typeof search === 'string' && search ? { search } : {}),
  component: lazyRouteComponent(() => import('@/pages/services')),
});

const newService = createRoute({
  getParentRoute: () => organization,
  path: '/services/new',
  component: lazyRouteComponent(() => import('@/pages/services/create')),
});

/** The frame of the pages of a service. */
const service = createRoute({
  getParentRoute: () => organization,
  path: '/services/$serviceId',
  component: lazyRouteComponent(() => import('@/pages/services/page')),
});

const serviceOverview = createRoute({
  getParentRoute: () => service,
  path: '/',
  component: lazyRouteComponent(() => import('@/pages/services/overview')),
});

const serviceConnect = createRoute({
  getParentRoute: () => service,
  path: '/connect',
  component: lazyRouteComponent(() => import('@/pages/services/connect/page')),
});

const serviceMetrics = createRoute({
  getParentRoute: () => service,
  path: '/metrics',
  component: lazyRouteComponent(() => import('@/pages/services/metrics')),
});

const serviceScaling = createRoute({
  getParentRoute: () => service,
  path: '/scaling',
  component: lazyRouteComponent(() => import('@/pages/services/scaling')),
});

const serviceSettings = createRoute({
  getParentRoute: () => service,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/pages/services/settings')),
});

const serviceSecurity = createRoute({
  getParentRoute: () => service,
  path: '/security',
  component: lazyRouteComponent(() => import('@/pages/services/security')),
});

const sql = createRoute({
  getParentRoute: () => organization,
  path: '/sql',
  component: lazyRouteComponent(() => import('@/pages/soon'), 'Sql'),
});

const keyAccess = createRoute({
  getParentRoute: () => organization,
  path: '/keys/$keyId/access',
  component: lazyRouteComponent(() => import('@/pages/access'), 'KeyAccess'),
});

const members = createRoute({
  getParentRoute: () => organization,
  path: '/users',
  component: lazyRouteComponent(() => import('@/pages/users'), 'Members'),
});

const invitations = createRoute({
  getParentRoute: () => organization,
  path: '/users/invitations',
  component: lazyRouteComponent(() => import('@/pages/users'), 'Invitations'),
});

const memberAccess = createRoute({
  getParentRoute: () => organization,
  path: '/users/access/$userId',
  component: lazyRouteComponent(() => import('@/pages/access'), 'MemberAccess'),
});

const roles = createRoute({
  getParentRoute: () => organization,
  path: '/users/roles',
  component: lazyRouteComponent(() => import('@/pages/roles'), 'Roles'),
});

const newRole = createRoute({
  getParentRoute: () => organization,
  path: '/users/roles/new',
  component: lazyRouteComponent(() => import('@/pages/roles/editor'), 'NewRole'),
});

const editedRole = createRoute({
  getParentRoute: () => organization,
  path: '/users/roles/$roleId',
  component: lazyRouteComponent(() => import('@/pages/roles/editor'), 'EditedRole'),
});

/** All components on one page, for `npm run dev`. */
const gallery = createRoute({
  getParentRoute: () => root,
  path: '/_gallery',
  component: __GALLERY__ ? lazyRouteComponent(() => import('@/gallery')) : NotFoundPage,
});

const routes = root.addChildren([
  home,
  signIn,
  setup,
  invitation,
  gallery,
  console.addChildren([
    profile,
    welcome,
    organization.addChildren([
      organizationHome,
      keys,
      keyAccess,
      members,
      invitations,
      memberAccess,
      roles,
      newRole,
      editedRole,
      audit,
      settings,
      services,
      newService,
      service.addChildren([serviceOverview, serviceConnect, serviceMetrics, serviceScaling, serviceSettings, serviceSecurity]),
      sql,
    ]),
  ]),
]);

export function newRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: routes,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPendingComponent: WaitingPage,
    defaultPendingMs: 400,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
