import type { Schema } from '@/api';

export type Service = Schema<'Service'>;
export type ServiceState = Service['state'];
export type Command = 'start' | 'stop' | 'awake';

/** A state that another one follows soon. */
const passing: readonly ServiceState[] = ['provisioning', 'starting', 'awaking', 'stopping', 'terminating', 'softdeleting'];

export function isPassing({ state }: Service): boolean {
  return passing.includes(state);
}

/** What the fleet allows in which state; `delete` is refused in the others. */
const allowed: Record<Command | 'delete', readonly ServiceState[]> = {
  start: ['stopped', 'failed'],
  stop: ['provisioning', 'starting', 'running', 'partially_running', 'degraded', 'awaking', 'idle', 'failed'],
  awake: ['idle'],
  delete: ['provisioning', 'starting', 'awaking', 'idle', 'stopped', 'degraded', 'failed'],
};

export function allows({ state }: Service, command: Command | 'delete'): boolean {
  return allowed[command].includes(state);
}

/** The permission that a command takes: to wake a service takes no more than a connection, which wakes it too. */
export function permissionOf(command: Command): string {
  return command === 'awake' ? 'control-plane:service:view' : 'control-plane:service:manage';
}

/** On its way out: nothing can be changed any more. */
export function isGoing({ state }: Service): boolean {
  return state === 'terminating' || state === 'terminated' || state === 'softdeleting' || state === 'softdeleted';
}

/** Whether the server process is there, to be measured. */
export function isUp({ state }: Service): boolean {
  return state === 'running' || state === 'partially_running';
}

/**
 * Whether its address does not lead to it: another program may answer there. What the server itself suffers from has
 * states of its own; a message in any other is about the way to it.
 */
export function isUnreachable(service: Service): boolean {
  return Boolean(service.stateMessage) && service.state !== 'failed' && service.state !== 'degraded' && !isGoing(service);
}

type Protocol = Service['endpoints'][number]['protocol'];

export function endpointOf(service: Service, protocol: Protocol) {
  return service.endpoints.find((endpoint) => endpoint.protocol === protocol);
}

/** Where the service is, as `host:port`; undefined as long as it has no address. */
export function addressOf(service: Service): string | undefined {
  const endpoint = endpointOf(service, 'https') ?? service.endpoints[0];
  return endpoint && `${endpoint.host}:${endpoint.port}`;
}

/** How many replicas were asked for: a number, or from and to. */
export function replicasOf(service: Service): { from: number; to: number } {
  const from = service.numReplicas ?? service.minReplicas ?? 1;
  return { from, to: service.numReplicas ?? service.maxReplicas ?? from };
}
