/**
 * CPUs as the API server gives them back: whole ones, else in thousandths.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function cpuQuantity(cpus: number): string {
  const thousandths = Math.round(cpus * 1000);
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Memory as the API server gives it back: in the largest unit of which it is a whole number. */
export function memoryQuantity(megabytes: number): string {
  let amount = megabytes;
  for (const unit of ["Mi", "Gi"]) {
    if (amount % 1024 !== 0) {
      return `${amount}${unit}`;
    }
    amount /= 1024;
  }
  return `${amount}Ti`;
}
