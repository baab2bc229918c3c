/**
 * Bytes of each of HAProxy's buffers. With its own default, 16 kB, a gRPC call with a picture costs
 * it twice the time (docs/benchmarks.md). It also bounds what can be sent to another replica.
 */
export const bufferBytes = 65_536;

/** Most connections of clients at a time; further ones wait until one ends. */
export const maxConnections = 2048;

// A request that the replica does not take yet fills one on each side.
const buffersPerConnection = 2;
// After a changed configuration the old process answers its requests beside the new one.
const processes = 2;
const emptyProcessMb = 64;
// HTTP/2 has many calls on a connection, and HAProxy 3.2 takes more of each than it can pass on.
const waitingCallsMb = 640;

/**
 * Memory limit of a balancer in MiB: what HAProxy takes with a request under way on each connection,
 * and room for gRPC calls that wait for a replica, about 1,000 with a picture of 0.6 MB.
 */
export const balancerMemoryMb =
  processes * emptyProcessMb +
  (maxConnections * buffersPerConnection * bufferBytes) / 2 ** 20 +
  waitingCallsMb;
