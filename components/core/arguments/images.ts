/**
 * The images that are used where no argument names another, which anybody may pull: the one place of
 * their versions. `test/unit/project/pins.test.ts` holds whatever has to repeat one.
 */
export const defaultImages = {
  /** TensorFlow Serving, that serving images are built on. */
  serving: "tensorflow/serving:2.19.1",
  /** HAProxy, in the version that tests run. */
  balancer: "haproxy:3.2.24",
  notebook: "quay.io/jupyter/tensorflow-notebook:2026-10-05",
};
