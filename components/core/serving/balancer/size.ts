import { edgeDefaults } from "../edge/edgeArgs";

/**
 * Bytes of each of HAProxy's buffers where no largest request is given. With its own default, 16 kB,
 * a gRPC call with a picture costs it twice the time (docs/benchmarks.md).
 */
const usualBufferBytes = 65_536;
// For the headers beside the largest request, and what HAProxy keeps free for those that it adds.
const headerBytes = 32_768;

// A request that the replica does not take yet fills one on each side.
const buffersPerConnection = 2;
// After a changed configuration the old process answers its requests beside the new one.
const processes = 2;
const emptyProcessMb = 64;
// HTTP/2 has many calls on a connection, and HAProxy 3.2 takes more of each than it can pass on.
const waitingCallsMb = 640;

/** What sizes a balancer: the two arguments of EdgeArgs. */
export interface BalancerSize {
  maxRequestMb?: number;
  maxConnections?: number;
}

/** Bytes of each of HAProxy's buffers: what fits into one can be sent to another replica. */
export function bufferBytes({ maxRequestMb }: BalancerSize): number {
  return maxRequestMb === undefined ? usualBufferBytes : maxRequestMb * 2 ** 20 + headerBytes;
}

/**
 * Memory limit of a balancer in MiB: what HAProxy takes with a request under way on each connection,
 * and room for gRPC calls that wait for a replica, about 1,000 with a picture of 0.6 MB.
 */
export function balancerMemoryMb(size: BalancerSize = {}): number {
  const { maxConnections = edgeDefaults.maxConnections } = size;
  const buffers = maxConnections * buffersPerConnection * bufferBytes(size);
  return processes * emptyProcessMb + Math.ceil(buffers / 2 ** 20) + waitingCallsMb;
}
